"""What the documentation takes from the code: a page for each declared procedure, and the order of the pages.

mkdocs calls these. Folders in the navigation (`flows/`) become their pages, so that a new page needs no second entry.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tianping.kernel.lifecycle.diagram import svg
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.registry import Registry, registry_of
from tianping.kernel.lifecycle.vocabulary import (
    OPEN,
    START,
    Assigned,
    By,
    Children,
    Guest,
    Kernel,
    Lapse,
    Leader,
    Party,
    Post,
    Step,
)

SCENES = Path(__file__).resolve().parents[1] / "tianping" / "scenes"
PLACES = {"centre": "中心", "holder": "承办单位", "opener": "上一程序的承办单位", "root": "县", "place": "事发地"}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add `scenes/<procedure>.md`, then spell out the folders of the navigation."""
    registry = registry_of(tuple(f"tianping.scenes.{f.parent.name}" for f in sorted(SCENES.glob("*/scene.py"))))
    for procedure in registry.procedures():
        path = f"scenes/{procedure.name}.md"
        files.append(File.generated(config, path, content=page(procedure, registry)))
    config.nav = [_spelled(entry, files) for entry in config.nav or []]
    return files


def _spelled(entry: Any, files: Files) -> Any:
    ((title, target),) = entry.items() if isinstance(entry, Mapping) else ((None, entry),)
    if not isinstance(target, str) or not target.endswith("/"):
        return entry
    pages = sorted(f.src_uri for f in files.documentation_pages() if f.src_uri.startswith(target))
    return {title: sorted(pages, key=lambda p: (not p.endswith("/index.md"), p))}


def page(procedure: Procedure, registry: Registry) -> str:
    """The declaration of one procedure as a page: its picture, states, steps, terms."""
    rows = [
        f"# {procedure.label}",
        "",
        f"`{procedure.name}`，第 {procedure.version} 版。这一页由声明生成。",
        "",
        "## 走法",
        "",
        f'<div class="diagram" style="overflow-x: auto">{svg(procedure)}</div>',
        "",
        "## 状态",
        "",
    ]
    rows += ["| 状态 | 名称 | 到这里以后 |", "|---|---|---|"]
    rows += [
        f"| `{name}` | {label} | {_after(procedure, name, registry)} |" for name, label in procedure.states.items()
    ]
    rows += ["", "## 步骤", "", "| 步骤 | 名称 | 从 | 到 | 谁能办 | 要填 |", "|---|---|---|---|---|---|"]
    rows += [_step(step, procedure, registry) for step in procedure.steps]
    if procedure.terms:
        rows += ["", "## 时限", "", "| 时限 | 名称 | 规则 | 在哪些状态走 |", "|---|---|---|---|"]
        rows += [f"| `{t.name}` | {t.label} | `{t.rule}` | {_states(t.runs, procedure)} |" for t in procedure.terms]
    return "\n".join(rows) + "\n"


def _after(procedure: Procedure, state: str, registry: Registry) -> str:
    then = procedure.final.get(state)
    if then is None:
        return "还在办"
    known = {"archive": "归档", "opener": "结果交给打开它的程序", "end": "结束"}
    return known.get(then) or registry.procedure(then).label


def _step(step: Step, procedure: Procedure, registry: Registry) -> str:
    fields = (
        "、".join(_concept(f.concept, registry) + ("" if f.required else "（可不填）") for f in step.form.fields)
        if step.form
        else ""
    )
    target = procedure.states.get(step.target or "", "不变" if step.target is None else "回到原来的状态")
    who = "；".join(_who(by) for by in step.by)
    return f"| `{step.name}` | {step.label} | {_states(step.sources, procedure)} | {target} | {who} | {fields} |"


def _concept(name: str, registry: Registry) -> str:
    return registry.concepts[name].label if name in registry.concepts else name


def _states(names: Any, procedure: Procedure) -> str:
    special = {START: "开始", OPEN: "办理中的任何状态"}
    return "、".join(special.get(n) or procedure.states.get(n, n) for n in sorted(names, key=str))


def _who(by: By) -> str:
    match by:
        case Post(kind=kind, at=at):
            return f"{PLACES[at]}的 `{kind}`"
        case Assigned(role=role):
            return f"指派的 `{role}`"
        case Party(role=role, every=every):
            return f"{'每一位' if every else ''}当事人 `{role}`"
        case Guest():
            return "任何人"
        case Lapse(term=term):
            return f"到期：`{term}`"
        case Children(slot=slot):
            return f"下级程序 `{slot}` 有了结果"
        case Leader():
            return "跟随的主办事项"
        case Kernel():
            return "系统，随上一步"
