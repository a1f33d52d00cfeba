#!/usr/bin/env bash
# Judge, annotate, write the job's summary and the reports; end as ccpolicy ends.
set -euo pipefail
arguments=(check --format github)
if [ -n "$CCPOLICY_FAIL_ON" ]; then
  arguments+=(--fail-on "$CCPOLICY_FAIL_ON")
fi
if [ -n "$CCPOLICY_POLICY_FROM" ]; then
  arguments+=(--policy-from "$CCPOLICY_POLICY_FROM")
fi
mkdir -p "$CCPOLICY_FOLDER"
while IFS= read -r report; do
  [ -n "$report" ] || continue
  case $report in
    *=*) format="${report%%=*}=" file=${report#*=} ;;
    *) format='' file=$report ;;
  esac
  case $file in
    */* | .. | .) echo "::error title=ccpolicy::a report is a plain file name, without folders" && exit 2 ;;
  esac
  arguments+=(--report "$format$CCPOLICY_FOLDER/$file")
done <<<"$CCPOLICY_REPORTS"
code=0
"$CCPOLICY" "${arguments[@]}" -- "$CCPOLICY_PATH" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
