"""What a scene costs is counted where it stands: inside by kind, outside where its own names are spelled."""

from tianping.kernel.lifecycle.procedure import Procedure, Scene
from tianping.kernel.lifecycle.vocabulary import START, Guard, Post, Step
from tools import scene_cost

WHO = (Post("registrar", "centre"),)


def scene(name, *steps, guards=()):
    declared = tuple(Step(s, s, START, "open", WHO) for s in steps)
    procedure = Procedure(name=name, label=name, version=1, states={"open": "open"}, steps=declared, final={"open": ""})
    return Scene(name, name, (procedure,), tuple(Guard(g, frozenset(), bool, g) for g in guards))


def test_lines_inside_are_counted_by_kind_and_blank_ones_are_not(plant):
    tree = plant({
        "tianping/scenes/fish/scene.py": "a = 1\n\n\nb = 2\n",
        "tianping/scenes/fish/guards.py": "c = 3\n",
        "tianping/scenes/fish/released.json": "{}\n",
        "tianping/scenes/fish/letter.typ": "x\ny\n",
        "tianping/scenes/bird/scene.py": "d = 4\n",
    })  # fmt: skip
    assert scene_cost.inside(tree, "fish") == {"declaration": 2, "guards": 1, "data": 1, "papers": 2}


def test_a_line_outside_counts_once_wherever_a_name_of_the_scene_is_spelled(plant):
    tree = plant({
        "tianping/scenes/fish/scene.py": "'swim'\n",
        "tianping/scenes/bird/scene.py": "'swim'\n",
        "tianping/web/page.py": "take('swim', 'dive')\ntake('swimming')\n# 'swim'\nrule('fish.due')\n",
        "tianping/web/page.html": '<a data-step="dive">swim</a>\n',
        "packs/a/rules.json": '{"rule": "fish.due"}\n',
    })  # fmt: skip
    found = scene_cost.outside(tree, {"swim", "dive", "fish"}, "fish", "tianping/")
    assert [(file, number) for file, number, _name in found] == [
        ("tianping/scenes/bird/scene.py", 1),
        ("tianping/web/page.html", 1),
        ("tianping/web/page.py", 1),
        ("tianping/web/page.py", 4),
    ]
    assert [n for _file, n, _name in scene_cost.outside(tree, {"fish"}, "fish", "packs/")] == [1]


def test_what_is_common_or_declared_by_two_scenes_is_nobody_s_own(plant):
    tree = plant({"tianping/kernel/lifecycle/common.py": "Step('undo')\n"})
    scenes = [scene("fish", "swim", "eat", "undo", guards=("not_recused", "wet")), scene("bird", "fly", "eat")]
    assert scene_cost.own(tree, scenes) == {"fish": {"fish", "swim", "wet"}, "bird": {"bird", "fly"}}


def test_the_scenes_of_the_house_are_told_one_a_line_and_the_whole_last(capsys):
    assert scene_cost.main([]) == 0
    *scenes, last = capsys.readouterr().out.splitlines()
    told = dict(line.split(": ") for line in scenes)
    assert {"archive", "demo", "intake"} <= set(told)
    assert "; outside 0, lines of packs 0, tests " in told["demo"]
    whole = sum(int(part.split()[1]) for line in told.values() for part in line.partition(";")[0].split(", "))
    assert last.startswith(f"scene-cost: scenes {len(told)}, lines {whole}, outside ")
