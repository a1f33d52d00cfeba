"""What the page says, in both languages."""

from __future__ import annotations

from ccpolicy.errors import Language

Both = dict[Language, str]

HEAD: Both = {
    "en": """\
# Performance

[中文](performance.zh.md)

`make bench` measures how fast ccpolicy is and makes this page; `make bench ARGS="growth peers"`
measures single parts, `ARGS="--runs 1 start"` with fewer rounds. The sides of a comparison run in
turn, round after round, so that other load falls on all alike. Figures are medians; in brackets
stand the least and the most of the rounds. Processor time (CPU) is that of all threads together,
and other programs disturb it less than they disturb elapsed time. A ratio is formed within each
round. Where the sides answer the same question, their answers were compared, and are the same.
Memory is the most that was resident. The figures stand in `docs/performance/`.
""",
    "zh": """\
# 性能

[English](performance.md)

`make bench` 测量 ccpolicy 的速度并生成本页；`make bench ARGS="growth peers"` 只测所列部分，
`ARGS="--runs 1 start"` 减少轮数。相互比较的各方逐轮交替运行，其他负载对各方影响相同。
数字为中位数，括号内为各轮的最小值与最大值。处理器时间（CPU）为所有线程之和，受其他程序的影响小于
实际耗时。比值在每一轮内计算。回答同一问题的各方，答案均已核对，完全相同。内存指常驻内存的最大值。
原始数字保存在 `docs/performance/`。
""",
}
BUSY: Both = {
    "en": """
**Measured on a busy machine: {parts}.** More programs wanted to run than it has cores, which
lengthens everything, processor time too, and not all sides alike; measure again before you rely on
these.
""",
    "zh": """
**测量时机器繁忙：{parts}。** 等待运行的程序多于处理器核数，各项都会变长，处理器时间也是如此，
且对各方影响不尽相同；引用前请重新测量。
""",
}
PARTS: Both = {
    "en": "\n## When and where\n\n| part | date | machine | load, before and after | runs |"
    " versions |\n|---|---|---|---|---|---|\n",
    "zh": "\n## 测量的时间与环境\n\n| 部分 | 日期 | 机器 | 前后的负载 | 轮数 | 版本 |\n"
    "|---|---|---|---|---|---|\n",
}
GOALS: Both = {
    "en": """
## Goals

*Then* is what was measured when the goals were set, in November 2026. The first plan is that of
commit d9d17b4, in today's words. The shipped plan has grown since; it has a line of its own below.

| | then | goal | now | runs | |
|---|---|---|---|---|---|
""",
    "zh": """
## 目标

“当时”为 2026 年 11 月设定目标时所测。最初的预案取自提交 d9d17b4，按现行写法改写；
随附预案此后已扩充，另列于下。

| | 当时 | 目标 | 现在 | 轮数 | |
|---|---|---|---|---|---|
""",
}
MET: Both = {"en": "met", "zh": "达到"}
MISSED: Both = {"en": "**missed**", "zh": "**未达到**"}
UNKNOWN: Both = {"en": "not measured", "zh": "未测"}
PROFILES: Both = {
    "en": """
### Where the time goes

Where a goal is missed, these are the modules in which ccpolicy spends its time: of samples
of its main thread, 500 a second, the share in which that module was the innermost one that does
work of its own. Waiting for the database counts as its caller's. `imports` is the loading of code.

| | |
|---|---|
""",
    "zh": """
### 时间花在哪里

未达到目标时，ccpolicy 的时间花在这些模块：每秒对主线程采样 500 次，
列出各模块作为最内层自行工作的模块所占的比例。等待数据库的时间计入其调用者。
`imports` 指加载代码。

| | |
|---|---|
""",
}
SIDES: dict[str, Both] = {
    "ccpolicy": {"en": "ccpolicy", "zh": "ccpolicy"},
    "warm": {"en": "ccpolicy, cache", "zh": "ccpolicy，缓存"},
    "five reports": {"en": "ccpolicy, five reports", "zh": "ccpolicy，五份报告"},
    "imports": {"en": "imports alone", "zh": "仅加载程序库"},
    "sql": {"en": "SQL, no checks", "zh": "SQL，无检查"},
    "sql checked": {"en": "SQL, same checks", "zh": "SQL，同样检查"},
    "polars": {"en": "Polars", "zh": "Polars"},
    "python": {"en": "Python alone", "zh": "纯 Python"},
    "calamine": {"en": "calamine alone", "zh": "仅 calamine"},
    "history": {"en": "ccpolicy history", "zh": "ccpolicy history"},
    "soda": {"en": "soda-core-duckdb", "zh": "soda-core-duckdb"},
    "dbt": {"en": "dbt-duckdb", "zh": "dbt-duckdb"},
    "great_expectations": {"en": "Great Expectations", "zh": "Great Expectations"},
    "regorus": {"en": "regorus (Rego)", "zh": "regorus（Rego）"},
    "auditree": {"en": "auditree-framework", "zh": "auditree-framework"},
    "git log": {"en": "git log -p", "zh": "git log -p"},
    "first": {"en": "ccpolicy, first time", "zh": "ccpolicy，首次"},
    "again": {"en": "ccpolicy, again", "zh": "ccpolicy，再次"},
    "one more": {"en": "ccpolicy, one more commit", "zh": "ccpolicy，多一次提交"},
}
CASES: dict[str, Both] = {
    "shipped": {"en": "the shipped plan", "zh": "随附预案"},
    "first": {"en": "the first plan", "zh": "最初的预案"},
    "added": {"en": "records added at the end of files", "zh": "在文件末尾追加记录"},
    "edited": {"en": "edits in the middle, small files, merges", "zh": "中间修改、小文件、合并"},
    "csv": {"en": "CSV", "zh": "CSV"},
    "jsonl": {"en": "JSON Lines", "zh": "JSON Lines"},
    "parquet": {"en": "Parquet", "zh": "Parquet"},
    "xlsx": {"en": "XLSX", "zh": "XLSX"},
}
TITLES: dict[str, Both] = {
    "start": {
        "en": "Cold start",
        "zh": "冷启动",
    },
    "growth": {"en": "Growing records", "zh": "记录增多"},
    "kinds": {"en": "Check kinds", "zh": "检查类型"},
    "formats": {"en": "Formats", "zh": "格式"},
    "controls": {"en": "Growing policies", "zh": "控制项增多"},
    "failing": {"en": "Many failing subjects", "zh": "大量不符合的对象"},
    "history": {"en": "Histories", "zh": "历史"},
    "large": {"en": "Little memory", "zh": "内存很少"},
    "peers": {"en": "Other programs", "zh": "其他程序"},
    "provenance": {"en": "Provenance from git", "zh": "git 中的归档来源"},
}
INTROS: dict[str, Both] = {
    "start": {
        "en": "Against a process that only imports click, yaml, duckdb and pydantic with one model,"
        " and connects. The cache keeps large files alone, which these plans hardly have.",
        "zh": "与只导入 click、yaml、duckdb、pydantic（含一个模型）并连接数据库的进程相比。"
        "缓存只保存大文件，这些预案几乎没有。",
    },
    "growth": {
        "en": "Inspections of assets in CSV, owed every 90 days; lapses with begin, end and the"
        " records that open and close each. SQL by hand runs in DuckDB and knows the types. With"
        " the same checks it also judges every record by its contract, keys, references, times"
        " ahead, and takes the digests of the files. Polars and Python alone name no records, check"
        " nothing and know no other zone.",
        "zh": "CSV 中的设备巡检记录，每 90 天须一次；得出失效时段的起止及起止处的记录。"
        "手写 SQL 在 DuckDB 中运行，已知各列类型；含同样检查的，另按约定检查每条记录、主键、引用、"
        "是否晚于评定时点，并计算文件哈希值。Polars 和纯 Python 的写法不指明记录，不作检查，"
        "也不适用于其他时区。",
    },
    "kinds": {
        "en": "One control of each kind over 1,000,000 records of CSV (for `deadline` and `share`"
        " tickets and their repairs, for `level` and `meter` readings), beside the assets.",
        "zh": "每种检查类型各一项控制，CSV 记录 1,000,000 条（`deadline`、`share` 为工单与修复，"
        "`level`、`meter` 为读数），另有设备清单。",
    },
    "formats": {
        "en": "The same inspections in each format, against SQL by hand that checks nothing; XLSX"
        " against calamine alone, which reads the cells and does nothing with them.",
        "zh": "同样的巡检记录，分别用各种格式，与不作检查的手写 SQL 相比；XLSX 则与仅用 calamine"
        " 读出单元格相比。",
    },
    "controls": {
        "en": "Policies of 1 to 1,000 controls over 500 records.",
        "zh": "1 至 1,000 项控制，记录 500 条。",
    },
    "failing": {
        "en": "Of 100,000 assets with 1,275,000 inspections so many fail; the result is JSON.",
        "zh": "100,000 件设备、1,275,000 条巡检记录，其中若干不符合；结果为 JSON。",
    },
    "history": {
        "en": "`ccpolicy history` judges every commit, each at its own moment, from nothing that"
        " was kept; 5,000 records in the end. Beside it one check of the last commit.",
        "zh": "`ccpolicy history` 在各自时刻评定每次提交，不用任何已存结果；最后共 5,000 条记录。"
        "旁列对最后一次提交的一次评定。",
    },
    "large": {
        "en": "`[limits] memory` set to 500 MiB for CSV and 1,100 MiB for Parquet, so that the"
        " whole process stays below 1 and 2 GiB. SQL by hand has no limit. Run once.",
        "zh": "`[limits] memory` 设为 500 MiB（CSV）与 1,100 MiB（Parquet），使整个进程分别低于"
        " 1 GiB 与 2 GiB。手写 SQL 不设限。只运行一次。",
    },
    "peers": {
        "en": "The same question as above to programs that install from PyPI, each in an"
        " environment of its own; the code is in `tests/bench/peers/`. All found the same"
        " lapses. What each answers less:",
        "zh": "以同样的问题询问可从 PyPI 安装的程序，各自独立环境；代码在 `tests/bench/peers/`。"
        "各程序找到的失效时段相同。各自的不足：",
    },
    "provenance": {
        "en": "Reading who filed, changed or deleted which record over 2,000 commits, without the"
        " import of libraries, against `git log -p` on the same paths.",
        "zh": "读取 2,000 次提交中每条记录由谁归档、更改、删除（不含加载程序库的时间），"
        "与对同样路径执行 `git log -p` 相比。",
    },
}
COLUMNS: dict[str, Both] = {
    "records": {"en": "records", "zh": "记录"},
    "controls": {"en": "controls", "zh": "控制项"},
    "failing": {"en": "failing", "zh": "不符合"},
    "history": {"en": "commits", "zh": "提交"},
    "peers": {"en": "records", "zh": "记录"},
    "side": {"en": "", "zh": ""},
    "wall": {"en": "seconds", "zh": "秒"},
    "cpu": {"en": "CPU seconds", "zh": "CPU 秒"},
    "memory": {"en": "memory, MB", "zh": "内存，MB"},
    "times": {"en": "ccpolicy / this, CPU", "zh": "ccpolicy／此项，CPU"},
    "case": {"en": "case", "zh": "情形"},
}
CPU_TITLE: Both = {"en": "seconds of processor time", "zh": "处理器时间（秒）"}
MEMORY_TITLE: Both = {"en": "memory in MB", "zh": "内存（MB）"}
LEFT_OUT: Both = {"en": "\nNot measured: ", "zh": "\n未测："}
PEERS: dict[str, Both] = {
    "soda": {
        "en": "counts failed rows of a query that one writes: here that of *SQL, no checks*. It"
        " keeps sample rows, 100 unless told otherwise. It knows neither as-of nor waivers.",
        "zh": "统计自行编写的查询返回的不合格行数，此处即“SQL，无检查”的查询。保留样本行，"
        "默认 100 行。没有评定时点，也没有豁免。",
    },
    "dbt": {
        "en": "runs the same query as a model and keeps the rows that fail its test, so it names"
        " the lapses; dates, zones, weekends and as-of are up to the query.",
        "zh": "把同一查询作为模型运行，并保存未通过测试的行，因此能指明失效时段；日期、时区、周末、"
        "评定时点都须写在查询里。",
    },
    "great_expectations": {
        "en": "has no expectation of what lies between two rows of a subject; pandas, by hand,"
        " computes how late each was, and the expectation judges that column.",
        "zh": "没有针对同一对象前后两行之间的期望；由手写的 pandas 算出迟了多久，期望只判断该列。",
    },
    "regorus": {
        "en": "answers in Rego, the language of Open Policy Agent, which is general enough to name"
        " the lapses; it reads no CSV and has no calendar, and the input is held in memory as JSON."
        " The package is a fork's, since that of regorus itself is not on PyPI.",
        "zh": "用 Open Policy Agent 的语言 Rego 回答，能指明失效时段；不能读 CSV，没有日历，"
        "输入以 JSON 整体放在内存中。该软件包出自一个分支，因为 regorus 本身不在 PyPI 上。",
    },
    "auditree": {
        "en": "files the evidence in a git repository of its own and runs a check that one writes"
        " in Python, here that of *Python alone*; the report names what the check tells it.",
        "zh": "把证据存入自己的 git 仓库，再运行自行用 Python 编写的检查，此处即“纯 Python”的写法；"
        "报告只列出检查告诉它的内容。",
    },
}
