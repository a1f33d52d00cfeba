"""What columns of a dataset mean for a control, by their names and closed lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ccpolicy.policy import Dataset
from ccpolicy.store.sql import identifier
from ccpolicy.vocabulary import ColumnType

NO_RECORD_SQL = "FALSE"
"""A predicate that no record fulfils, until somebody says which do."""
_GOOD = """
pass passed ok okay good yes accepted approved present attended done complete completed success
successful succeeded working compliant satisfactory true
合格 及格 通过 正常 完好 良好 已完成 完成 成功 符合 达标 已批准 批准 同意 是 出席 已到 参加
"""
_BAD = """
fail fails failed failure nok bad no rejected refused unsatisfactory absent missed incomplete
defective faulty broken noncompliant aborted cancelled canceled false
不合格 不及格 未通过 不通过 异常 损坏 失败 不符合 不达标 未完成 否 驳回 缺席 缺勤 未到 故障 取消
"""
_NOT_DONE = """
rejected refused absent missed incomplete aborted cancelled canceled false no
未完成 否 驳回 缺席 缺勤 未到 取消
"""
_GOOD_WORDS, _BAD_WORDS = frozenset(_GOOD.split()), frozenset(_BAD.split())
RESULT_WORDS = _GOOD_WORDS | _BAD_WORDS
"""Words, in small letters, that say of what they stand at whether it was good."""
_UNFIT_WORDS = _BAD_WORDS - frozenset(_NOT_DONE.split())
"""What is so was found unfit, where others only did not take place."""
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
    r"(?i)(^|[^a-z])(from|since|start|starts|started|begin|begins|hired|installed|commissioned)([^a-z]|$)"
    r"|起|入职|启用|投用"
)
_ENDS = re.compile(
    r"(?i)(^|[^a-z])(until|till|to|end|ends|ended|left|retired|closed)([^a-z]|$)"
    r"|止|至$|离职|停用|报废"
)
_VALID_FROM = re.compile(r"(?i)(valid|effective)[^a-z]?(from|since)|issued|有效期(起|自)|生效")
_VALID_UNTIL = re.compile(
    r"(?i)(valid|effective)[^a-z]?(until|till|to)([^a-z]|$)|expir|有效期(至|止)|到期|失效"
)
_DUE = re.compile(
    r"(?i)(^|[^a-z])(due|deadline|target|planned|scheduled)([^a-z]|$)|截止|到期|期限|计划|应完成"
)
_CLOSED = re.compile(
    r"(?i)(^|[^a-z])(closed|completed|done|finished|resolved|fixed|repaired|restored)([^a-z]|$)"
    r"|关闭|完成|解决|修复|恢复|整改"
)
TIMELIKE = re.compile(r"(?i)time|date|stamp|epoch|(^|_)(at|on|ts)$|时间|日期")
"""What a column of times is called."""
_TIME_OF_DAY = re.compile(r"(?i)(^|[^a-z])(date|day|time|at|hour)$|日期|时间|时刻")
_SORT = re.compile(
    r"(?i)(^|[^a-z])(kind|type|class|category|course|content|topic|test|method|status|state)"
    r"([^a-z]|$)|内容|课程|类型|类别|种类|科目|状态"
)
_PLACES = re.compile(
    r"(?i)(^|[^a-z])(site|building|location|place|area|room|floor|ward|department|team)([^a-z]|$)"
    r"|职场|地点|位置|楼|区域|病区|科室|部门|班组"
)
_FEW = 11
"""Words on file up to which a column may name what the records are about."""
_STATE = re.compile(
    r"(?i)(^|[^a-z])(status|state|progress|stage|phase)([^a-z]|$)|状态|进度|进展|阶段"
)
_SCORE = re.compile(r"(?i)(^|[^a-z])(score|grade|marks?|points)([^a-z]|$)|成绩|分数|得分")
_SQL = """
all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
create default deferrable desc describe distinct do else end except false fetch for foreign from
group having in initially intersect into lambda lateral leading limit not null offset on only or
order pivot placing primary qualify references returning select show some summarize symmetric table
then to trailing true union unique unpivot using variadic when where window with
"""
_SQL_WORDS = frozenset(_SQL.split())
"""Words of SQL that no name can be without quotation marks."""


@dataclass(frozen=True)
class ResultColumn:
    """The column that says which records are good; None where its words do not tell."""

    column: str
    good: str | None
    unfit: str | None
    words: tuple[str, ...] = ()
    """Its closed list, or else what stands on file."""
    not_done: tuple[str, ...] = ()
    """Words that do not say whether what they are said of is unfit."""


@dataclass(frozen=True)
class ColumnRoles:
    """Columns of one dataset, by what they may mean."""

    dataset: Dataset
    types: dict[str, ColumnType]
    on_file: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Column of texts → words that stand in it; asked about where they are results."""

    def times(self) -> list[str]:
        """Return the columns of times: required ones first, and among these the key's first.

        A time in the key says when the event took place; the same time may recur in other columns.
        """
        required, key = self.dataset.record.get("required", []), self.dataset.key
        return sorted(
            self._of("date", "instant"), key=lambda each: (each not in required, each not in key)
        )

    def texts_like_times(self) -> list[str]:
        """Return the columns that are read as texts though they are called as times are."""
        return [each for each in self._of("text") if self._is(TIMELIKE, each)]

    def openings(self) -> list[str]:
        """Return the columns of times at which something may have begun: never when it is due."""
        times = [each for each in self.times() if not self._is(_DUE, each)]
        return sorted(times, key=lambda each: self._is(_CLOSED, each)) or self.times()

    def period(self) -> str | None:
        """Return what the times are the beginnings of, if their column is called so."""
        return next((each for each in self.times()[:1] if each in ("month", "quarter")), None)

    def due(self) -> str | None:
        """Return the time by which something is due."""
        return self._first(_DUE, self.times())

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

    def in_force(self) -> tuple[str, ...]:
        """Return the times from which and until which a record is in force, where so called."""
        until = self._first(_ENDS, [each for each in self.times() if not self._is(_BEGINS, each)])
        since = self._first(_BEGINS, [each for each in self.times() if each != until])
        return tuple(filter(None, (since, until))) if since else ()

    def subject(self) -> str | None:
        """Return the column that seems to name what the records are about."""
        if len(self.dataset.key) == 1:  # it names the record itself
            return None
        named = [
            each
            for each in self.dataset.key
            if self.types.get(each) in ("text", "integer") and not self._is(_TIME_OF_DAY, each)
        ]
        return named[0] if named else None

    def names_of_records(self) -> list[str]:
        """Return the columns of the key without its times, or else the first that is no time."""
        others = [each for each in self.types if each not in self.times()]
        return [each for each in self.dataset.key if each in others] or others[:1]

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

    def verdict(self) -> ResultColumn | None:
        """Return the column by which records are good or bad.

        One with known words comes first; of these, one with a closed list or the name of a result.
        """
        found = [each for each in map(self._verdict, self.types) if each]

        def rank(each: ResultColumn) -> tuple[bool, bool]:
            is_closed = self.types[each.column] == "boolean" or bool(self._words(each.column))
            return each.good is None, not (is_closed or self._is(_VERDICT, each.column))

        return min(found, key=rank, default=None)

    def choices(self) -> dict[str, tuple[str, ...]]:
        """Return the columns that may part records into sorts, with all that each can hold."""
        found = {
            each: ("true", "false") if kind == "boolean" else tuple(self._words(each))
            for each, kind in self._described().items()
        }
        results = {each: tuple(self._results(each)) for each in self._of("text")}
        return {each: words for each, words in (results | found).items() if words}

    def kind_columns(self) -> list[str]:
        """Return the columns without a closed list that are named like a kind of record."""
        open_texts = [each for each, kind in self._described().items() if kind == "text"]
        return [each for each in open_texts if self._is(_SORT, each) and not self._words(each)]

    def sorts(self) -> list[str]:
        """Return the columns that classify records by kind, without those of state or result.

        A state or a result changes or is added later; it does not say what kind of record it is.
        """
        found = [each for each in self.choices() if self.types[each] == "text"]
        found += self.kind_columns()
        return [each for each in found if not self._verdict(each) and not self._is(_STATE, each)]

    def may_name_subjects(self) -> list[str]:
        """Return the columns of few words, one of which may be what the records are about."""
        of_places = [each for each in self.on_file if self._is(_PLACES, each)]
        few = [each for each in of_places if 1 < len(self.on_file[each]) <= _FEW]
        found = dict.fromkeys([*self.sorts(), *few])
        return [each for each in found if self.words(each) and not self._is(_SORT, each)]

    def words(self, column: str) -> Sequence[str]:
        """Return the closed list of a column, or else what stands on file in it."""
        return self._words(column) or self.on_file.get(column, ())

    def scores(self) -> list[str]:
        """Return the numbers that may say how well something went."""
        numbers = self._of("integer", "number")
        return [each for each in numbers if self._is(_SCORE, each) or self._is(_VERDICT, each)]

    def _described(self) -> dict[str, ColumnType]:
        named = {*self.dataset.key, *self.dataset.references}
        return {each: kind for each, kind in self.types.items() if each not in named}

    def _verdict(self, column: str) -> ResultColumn | None:
        if self.types[column] == "boolean":
            words = set(re.split(r"[_\W]+", " ".join(self._names(column)).lower()))
            both, name = ("true", "false"), in_predicate(column)
            if words & _BAD_WORDS:
                return ResultColumn(column, f"{name} = false", f"{name} = true", both)
            if words & _GOOD_WORDS:
                return ResultColumn(column, f"{name} = true", f"{name} = false", both)
            return ResultColumn(column, None, None, both)
        if self.types[column] != "text":
            return None
        there = tuple(self._results(column))
        good = [each for each in there if each.lower() in _GOOD_WORDS]
        bad = [each for each in there if each.lower() in _BAD_WORDS]
        if len(there) == 2 and len(bad) == 1:
            good = [each for each in there if each not in bad]
        if not bad and not self._is(_VERDICT, column):
            return None
        unfit = [each for each in bad if each.lower() in _UNFIT_WORDS]
        return ResultColumn(
            column,
            equals_one_of(column, good) if good else None,
            equals_one_of(column, unfit) if unfit else None,
            there,
            tuple(each for each in bad if each not in unfit),
        )

    def _words(self, column: str) -> list[str]:
        found = self.dataset.record.get("properties", {}).get(column, {}).get("enum", [])
        return [each for each in found if isinstance(each, str)]

    def _results(self, column: str) -> Sequence[str]:
        """Return the closed list, or what stands on file if a word of it is a result's."""
        there = self.words(column)
        is_result = self._is(_VERDICT, column) or any(x.lower() in RESULT_WORDS for x in there)
        return there if is_result else ()

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


def in_predicate(column: str) -> str:
    """Write a column's name in SQL, quoted where it is a word of SQL."""
    return identifier(column) if column in _SQL_WORDS else column


def equals_one_of(column: str, words: Sequence[str]) -> str:
    """Write the predicate that a column is one of some words; true and false are not quoted."""
    column = in_predicate(column)
    if set(words) <= {"true", "false"}:
        return f"{column} = {words[0]}"
    texts = ["'" + each.replace("'", "''") + "'" for each in words]
    return f"{column} = {texts[0]}" if len(texts) == 1 else f"{column} IN ({', '.join(texts)})"
