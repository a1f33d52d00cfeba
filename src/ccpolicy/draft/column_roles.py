"""What columns of a dataset mean for a control, by their names and closed lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ccpolicy.policy import Dataset
from ccpolicy.vocabulary import ColumnType

NO_RECORD_SQL = "FALSE"
"""A predicate that no record fulfils, until somebody says which do."""
_GOOD = """
pass passed ok okay good yes accepted approved present attended done complete completed success
successful succeeded working compliant satisfactory true
合格 通过 正常 完好 良好 已完成 完成 成功 符合 达标 已批准 批准 同意 是 出席 已到 参加
"""
_BAD = """
fail fails failed failure nok bad no rejected refused unsatisfactory absent missed incomplete
defective faulty broken noncompliant aborted cancelled canceled false
不合格 未通过 不通过 异常 损坏 失败 不符合 不达标 未完成 否 驳回 缺席 缺勤 未到 故障 取消
"""
_GOOD_WORDS, _BAD_WORDS = frozenset(_GOOD.split()), frozenset(_BAD.split())
_VERDICT = re.compile(r"(?i)result|outcome|verdict|passed|conclusion|结果|结论|判定|是否")
_MINIMUM = re.compile(
    r"(?i)(^|[^a-z])(min|minimum|least|required|target|reorder|safety)([^a-z]|$)"
    r"|最低|最小|最少|下限|应有|应备|应配|安全库存"
)
_MAXIMUM = re.compile(r"(?i)(^|[^a-z])(max|maximum|most|capacity)([^a-z]|$)|最高|最大|上限|容量")
_COUNTED = re.compile(
    r"(?i)stock|on_hand|on hand|quantity|count|actual|reading|level|库存|现有|实有|实存|数量|读数"
)
_BEGINS = re.compile(
    r"(?i)(^|[^a-z])(from|since|start|starts|started|begin|begins|hired)([^a-z]|$)|起|入职|启用|投用"
)
_ENDS = re.compile(
    r"(?i)(^|[^a-z])(until|till|to|end|ends|ended|left|retired|closed)([^a-z]|$)"
    r"|止|至$|离职|停用|报废"
)
_VALID_FROM = re.compile(r"(?i)(valid|effective)[^a-z]?(from|since)|issued|有效期(起|自)|生效")
_VALID_UNTIL = re.compile(
    r"(?i)(valid|effective)[^a-z]?(until|till|to)([^a-z]|$)|expir|有效期(至|止)|到期|失效"
)


@dataclass(frozen=True)
class Verdict:
    """Which records are as they should be, and which are not; None where nobody knows."""

    column: str
    good: str | None
    bad: str | None


@dataclass(frozen=True)
class ColumnRoles:
    """Columns of one dataset, by what they may mean."""

    dataset: Dataset
    types: dict[str, ColumnType]

    def times(self) -> list[str]:
        """Return the columns of times, those first that every record has."""
        required = self.dataset.record.get("required", [])
        return sorted(self._of("date", "instant"), key=lambda each: each not in required)

    def validity(self) -> tuple[str | None, str | None]:
        """Return the times from which and until which a record is valid."""
        times = self.times()
        until = self._first(_VALID_UNTIL, times)
        since = self._first(_VALID_FROM, times) if until else None
        return since, until

    def duty(self, used: Iterable[str] = (), *, is_named: bool = False) -> dict[str, str]:
        """Return the times at which something begins and ends to be there, without those used.

        With `is_named` only a pair of columns that are called so.
        """
        times = [each for each in self.times() if each not in used]
        ends = self._first(_ENDS, [each for each in times if not self._is(_BEGINS, each)])
        starts = self._first(_BEGINS, times)
        if is_named:
            return {"starts": starts, "ends": ends} if starts and ends else {}
        starts = starts or next((each for each in times if each != ends), None)
        return {name: each for name, each in (("starts", starts), ("ends", ends)) if each}

    def subject(self) -> str | None:
        """Return the column that seems to name what the records are about."""
        if len(self.dataset.key) == 1:  # it names the record itself
            return None
        named = [each for each in self.dataset.key if self.types.get(each) in ("text", "integer")]
        return named[0] if named else None

    def minimum(self) -> str | None:
        """Return the number that is called like a least quantity."""
        return self._first(_MINIMUM, self._of("integer", "number"))

    def quantity(self) -> str | None:
        """Return the number that seems to be counted or read."""
        numbers = [
            each
            for each in self._of("integer", "number")
            if not self._is(_MINIMUM, each) and not self._is(_MAXIMUM, each)
        ]
        return self._first(_COUNTED, numbers) or next(iter(numbers), None)

    def closed(self) -> str | None:
        """Return the first column with a closed list of texts."""
        return next((each for each in self._of("text") if self._words(each)), None)

    def verdict(self) -> Verdict | None:
        """Return by which column records are good or bad, if there is one; what is known first."""
        found = [each for each in map(self._verdict, self.types) if each]
        return next((each for each in found if each.good), next(iter(found), None))

    def _verdict(self, column: str) -> Verdict | None:
        if self.types[column] == "boolean":
            words = set(re.split(r"[_\W]+", " ".join(self._names(column)).lower()))
            if words & _BAD_WORDS:
                return Verdict(column, f"{column} = false", f"{column} = true")
            known = f"{column} = true", f"{column} = false"
            return Verdict(column, *(known if words & _GOOD_WORDS else (None, None)))
        if self.types[column] != "text" or column in self.dataset.key:
            return None
        words_there = self._words(column)
        good = [each for each in words_there if each.lower() in _GOOD_WORDS]
        bad = [each for each in words_there if each.lower() in _BAD_WORDS]
        if len(words_there) == 2 and len(bad) == 1:
            good = [each for each in words_there if each not in bad]
        if good and (bad or self._is(_VERDICT, column)):
            return Verdict(column, _among(column, good), _among(column, bad) if bad else None)
        if bad or self._is(_VERDICT, column):
            return Verdict(column, None, _among(column, bad) if bad else None)
        return None

    def _words(self, column: str) -> list[str]:
        found = self.dataset.record.get("properties", {}).get(column, {}).get("enum", [])
        return [each for each in found if isinstance(each, str)]

    def _of(self, *types: ColumnType) -> list[str]:
        return [each for each, kind in self.types.items() if kind in types]

    def _first(self, pattern: re.Pattern[str], columns: Iterable[str]) -> str | None:
        return next((each for each in columns if self._is(pattern, each)), None)

    def _is(self, pattern: re.Pattern[str], column: str) -> bool:
        return any(pattern.search(each) for each in self._names(column))

    def _names(self, column: str) -> Iterator[str]:
        """Yield what a column is called: in the contract, and by readers."""
        yield column
        label = self.dataset.label(column)
        if label is not None:
            yield from label.root.values()


def _among(column: str, words: list[str]) -> str:
    """Write a predicate: the column is one of the words."""
    texts = ["'" + each.replace("'", "''") + "'" for each in words]
    return f"{column} = {texts[0]}" if len(texts) == 1 else f"{column} IN ({', '.join(texts)})"
