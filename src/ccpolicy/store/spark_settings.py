"""Settings of a session: what queries need, and by which few rows are computed sooner.

All are put back at the end.
"""

from __future__ import annotations

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ccpolicy.errors import DatabaseError
from ccpolicy.store.spark_errors import SessionLostError, spark_error

_NEEDED = {
    # What does not fit is an error, and neither cut off nor NULL.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    # Nothing of a query is a variable.
    "spark.sql.variable.substitute": "false",
}
_ADAPTIVE = "spark.sql.adaptive.enabled"
"""Whether a plan is changed while it runs."""
_FOR_FEW = {
    # Of few rows it takes longer to plan how to compute with them than to compute.
    _ADAPTIVE: "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    # They lie in one place, where they are joined without a job that sends one side first.
    "spark.sql.autoBroadcastJoinThreshold": "-1",
}


class SessionSettings:
    """The settings of a session, for as long as it judges."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._before: dict[str, str] = {}
        self._changed: dict[str, str | None] = {}
        """What was set before, where that was something else; None where nothing was."""
        self._is_for_few: bool | None = None

    def require(self) -> None:
        """Set what queries need.

        Raises:
            DatabaseError: the session does not let it be changed.
        """
        self._before = dict(self._session.conf.getAll)
        for name, value in _NEEDED.items():
            if not self._is_set(name, value):
                raise DatabaseError(
                    "Spark does not let the setting {setting} be {value} here",
                    hint="judge in a session that does, or with --engine duckdb",
                    setting=name,
                    value=value,
                )

    def tune(self, *, is_for_few: bool) -> None:
        """Set what makes queries of few rows, or of many, fast, as far as the session lets it."""
        if self._is_for_few is is_for_few:
            return
        for name, value in _FOR_FEW.items():
            if is_for_few:
                self._is_set(name, value)
            elif name in self._changed:
                self._put_back(name)
        if not is_for_few:
            self._is_set(_ADAPTIVE, "true")
        self._is_for_few = is_for_few

    def restore(self) -> None:
        """Put everything back."""
        for name in list(self._changed):
            self._put_back(name)

    def _is_set(self, name: str, value: str) -> bool:
        """Whether a setting has a value now; it is kept what it had."""
        conf = self._session.conf
        if conf.get(name) == value:
            return True
        try:
            conf.set(name, value)
        except PySparkException as failure:
            if isinstance(spark_error(failure), SessionLostError):
                raise
            return False
        self._changed.setdefault(name, self._before.get(name))
        return True

    def _put_back(self, name: str) -> None:
        if (value := self._changed.pop(name)) is None:
            self._session.conf.unset(name)
        else:
            self._session.conf.set(name, value)
