#!/usr/bin/env bash
# Say what the change does to the policy, judge, annotate, write the job's summary and the reports;
# end as ccpolicy ends.
set -euo pipefail
arguments=(check --format github)
case $CCPOLICY_ALLOW_PINNED in
  false | '') arguments+=(--require-current) ;;
  true) arguments+=(--allow-pinned) ;;
  *) echo "::error title=ccpolicy::allow-pinned is true or false" && exit 2 ;;
esac
if [ -n "$CCPOLICY_FAIL_ON" ]; then
  arguments+=(--fail-on "$CCPOLICY_FAIL_ON")
fi
if [ -n "$CCPOLICY_POLICY_FROM" ]; then
  arguments+=(--policy-from "$CCPOLICY_POLICY_FROM")
fi
if [ -n "$CCPOLICY_BASELINE" ]; then
  arguments+=(--baseline "$CCPOLICY_BASELINE")
fi
# All lines of it: read returns 1 at the end of its input.
read -rd '' -a words <<<"$CCPOLICY_FAIL_ON_CHANGE" || true
conditions=()
# macOS has a bash that takes an empty array for a variable that is not set.
for word in ${words[@]+"${words[@]}"}; do
  case $word in
    loosened | altered) conditions+=(--fail-on "$word") ;;
    *) echo "::error title=ccpolicy::fail-on-change is loosened, altered, or both" && exit 2 ;;
  esac
done
if [ "${#words[@]}" -gt 0 ] && [ -z "$CCPOLICY_POLICY_FROM" ]; then
  echo "::error title=ccpolicy::fail-on-change needs policy-from, to compare with" && exit 2
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

# What the change does to the policy comes first: the result takes what is left of the summary.
compare() {
  "$CCPOLICY" diff --path "$CCPOLICY_PATH" "$@" -- "$CCPOLICY_POLICY_FROM"
}
changed=0
if [ -n "$CCPOLICY_POLICY_FROM" ]; then
  compare ${conditions[@]+"${conditions[@]}"} || changed=$?
  if [ "$changed" -lt 2 ]; then
    summary=$(compare --format markdown)
    # Of more than 1 MiB GitHub shows nothing, and a character may take four bytes.
    if [ "${#summary}" -lt 200000 ]; then
      printf '%s\n\n' "$summary" >>"$GITHUB_STEP_SUMMARY"
    fi
  fi
fi

code=0
"$CCPOLICY" "${arguments[@]}" -- "$CCPOLICY_PATH" || code=$?
if [ "$code" -eq 0 ]; then
  code=$changed
fi
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
