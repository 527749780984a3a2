"""Writes docs/reference/metrics.md from the definitions of metrics; `--check` only compares."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from huitong import metrics
from huitong.metrics.model import Grain, Metric, Unit

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "metrics.md"
INTRODUCTION = """\
# 指标 · Metrics

由 `tools/metrics_reference.py` 从 `src/huitong/metrics/definitions/` 生成，
请改定义文件，不要改本页。
Written by `tools/metrics_reference.py` from `src/huitong/metrics/definitions/`; change those.

每个指标只定义一次，命令行、接口和导出给出同一个数。
Each metric is defined once; the command line, the API and exports give the same figure.

```
huitong metrics list
huitong metrics show net_sales
huitong metrics query net_sales buyers --brand main --by month --from 2026-01-01 --to 2026-03-31
huitong metrics query sales --brand main --by store --compare last_year --csv stores.csv
GET /v1/brands/main/figures?metric=net_sales&by=month&since=2026-01-01&until=2026-04-01
```

## 通用规则 · Rules for all

- 数字取自数据湖：有多新由结果中的 `as_of` 说明（`huitong lake refresh` 更新）。
  Figures are as new as the brand's lake; `as_of` in the answer tells.
- 日、周（周一起）、月、季、年按品牌所在时区；命令行的 `--to` 含当日，接口的 `until` 不含当日。
  Days, weeks (from Monday), months, quarters and years are those of the brand's zone; `--to` of the
  command line includes its day, `until` of the API does not.
- 金额是整数分，件数、人数、积分是整数；比率是整数基点（万分之一），
  或按“小数位”放大后的整数，四舍五入；同时给出精确的分子 `of` 和分母 `to`。
  命令行和 CSV 显示为元和百分数。
  Money is whole fen, counts are whole; a ratio is whole basis points, or a whole number of the
  decimal places it states, rounded half up, with its exact parts `of` and `to` beside it. The
  command line and CSV files tell yuan and percent.
- 没有记录时，求和与计数为 0；分母为 0 的比率是“未知”（`null`），不是 0。
  Where nothing was counted, sums and counts are 0; a ratio to nothing is unknown (`null`), not 0.
- 按时间切分时，没有数据的时段也列出。不可相加的指标（如人数）按每个时段、
  每一行和合计分别计算，从不相加；“可相加”列出可以放心相加的维度。
  Cut by time, periods without data are listed too. What must not be added up (such as buyers) is
  computed for each period, each row and the total by itself; “additive” lists over what figures may
  be added up.
- 维度值未知（未识别的顾客、目录中没有的商品）列为空（`null`）。
  What is unknown of a dimension (a buyer nobody knows, goods that the catalogue lacks) is `null`.
- `--compare previous`：紧挨着的等长时段（整月比整月）；`--compare last_year`：
  去年同日期，按周时为 52 周前。变化以百分比给出，比率类的变化以百分点给出。
  `--compare spring_festival`：与上一个春节同样距离的日子（只可不按时间或按日切分）。
  `--compare previous` is the stretch of the same length before (whole months beside whole months),
  `--compare last_year` the same dates a year before, by weeks 52 weeks before,
  `--compare spring_festival` the days around the Spring Festival of a year before (uncut or by
  day). Changes are told in percent, those of shares in points.
- “排除”的客群（刷单、内购、代购、团购）按订单定性和下单时的顾客定性判断。
  What a metric leaves out (brushing, staff purchases, resellers, bulk) is told by the classes of
  the order, and of its customer when it was placed.
"""


def render() -> str:
    """Return the reference as Markdown."""
    shipped = metrics.shipped()
    return "\n".join(
        [
            INTRODUCTION,
            _overview(shipped),
            *(_section(metric) for metric in shipped.values()),
            _facts(),
            _dimensions(),
        ]
    )


def _overview(shipped: Mapping[str, Metric]) -> str:
    rows = "".join(
        f"| [`{one.code}`](#{_anchor(one)}) | {one.names.zh} | {one.names.en} | {_unit(one)} |\n"
        for one in shipped.values()
    )
    return (
        f"## 一览 · All metrics\n\n| metric | 名称 | name | 单位 unit |\n|---|---|---|---|\n{rows}"
    )


def _section(metric: Metric) -> str:
    told = {
        "公式 formula": f"`{metrics.formula(metric)}`",
        "单位 unit": _unit(metric),
        "排除 leaves out": _codes(metric.excludes) or "—",
        "维度 dimensions": _codes([*Grain, *metric.dimensions]),
        "必需维度 only with": _codes(metric.grain),
        "可相加 additive over": _codes(metric.additive) or "—",
        "负责 owner": metric.owner,
    }
    lines = "\n".join(f"- {name}: {text}" for name, text in told.items() if text)
    heading = f"### {metric.names.en}\n\n**{metric.names.zh}** `{metric.code}`"
    return f"{heading}\n\n{metric.meaning.zh}\n\n{metric.meaning.en}\n\n{lines}\n"


def _anchor(metric: Metric) -> str:
    """Return the name under which a page on the Web finds the heading of a metric."""
    return re.sub(r"[^\w\- ]", "", metric.names.en.lower()).replace(" ", "-")


def _facts() -> str:
    rows = "".join(
        f"| `{code}` | {fact.names.zh} | {fact.meaning.zh}<br>{fact.meaning.en} |\n"
        for code, fact in metrics.FACTS.items()
    )
    return f"## 事实 · Facts\n\n| fact | 名称 | 含义 meaning |\n|---|---|---|\n{rows}"


def _dimensions() -> str:
    rows = "".join(
        f"| `{code}` | {one.names.zh} | {one.names.en} |"
        f" {' · '.join(f'`{label}` {names.zh}' for label, names in one.labels.items())} |\n"
        for code, one in metrics.DIMENSIONS.items()
    )
    heading = "## 维度 · Dimensions\n\n| dimension | 名称 | name | 值 values |\n|---|---|---|---|\n"
    return heading + rows


def _unit(metric: Metric) -> str:
    unit = metrics.UNITS[metric.unit]
    told = unit.zh if unit.zh == unit.en else f"{unit.zh} {unit.en}"
    kept = {Unit.FEN: "整数分 whole fen", Unit.BASIS_POINTS: "基点 basis points"}.get(metric.unit)
    if kept is not None:
        return f"{told} ({kept})"
    return f"{told} ({metric.decimals} 位小数 decimals)" if metric.decimals else told


def _codes(codes: Iterable[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes)


def main() -> int:
    """Write the file, or with `--check` say whether it is current."""
    text = render()
    if "--check" in sys.argv[1:]:
        if TARGET.read_text(encoding="utf-8") == text:
            return 0
        print(f"{TARGET.name} is not what the definitions say: run {Path(__file__).name}.")
        return 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
