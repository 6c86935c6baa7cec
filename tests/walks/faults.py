"""Faults planted in the engine, one at a time: a walk that does not find each of them promises nothing."""

from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from tests.walks import world as walk_world
from tianping.kernel.lifecycle import effects, engine, forms, representing, rights
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.vocabulary import Post


def _run_terms(forgets):
    true = effects.set_term

    def set_term(proceeding, name, do):
        if do != forgets:
            true(proceeding, name, do)

    return patch.object(effects, "set_term", set_term)


def _pauses_nothing():
    true = effects.run_terms

    def run_terms(procedure, proceeding, step, state, move):
        true(_Unsuspended(procedure), proceeding, step, state, move)

    return patch.object(effects, "run_terms", run_terms)


class _Unsuspended:
    """A procedure that takes its suspended state for any other."""

    suspended = ""

    def __init__(self, procedure):
        self.terms = procedure.terms


def _wrong_todo():
    true = rights.keys_for

    def keys_for(by, matter, proceeding, step):
        if isinstance(by, Post) and by.at == "centre":
            by = Post(by.kind, "holder")
        yield from true(by, matter, proceeding, step)

    return patch.object(rights, "keys_for", keys_for)


def _posts_in_a_protected_matter():
    true = rights.keys_for

    def keys_for(by, matter, proceeding, step):
        if isinstance(by, Post):
            yield f"{by.kind}@{rights.post_path(by.at, matter, proceeding)}"
        else:
            yield from true(by, matter, proceeding, step)

    return patch.object(rights, "keys_for", keys_for)


def _asks_twice():
    true = forms.parse
    return patch.object(
        forms, "parse", lambda form, raw, concepts, **rest: true(form, raw, concepts, **rest | {"known": None})
    )


def _requires_nothing():
    true = forms.parse

    def parse(form, raw, concepts, **rest):
        loose = replace(form, fields=tuple(replace(f, required=False) for f in form.fields))
        return true(loose, raw, concepts, **rest)

    return patch.object(forms, "parse", parse)


def _office_sees():
    true = effects.see

    def see(matter, path):
        protected, matter.protected = matter.protected, False
        keys = true(matter, path)
        matter.protected = protected
        return keys

    return patch.object(effects, "see", see)


def _keeps_who_was_asked():
    true = effects.protected_audience
    return patch.object(
        effects, "protected_audience", lambda registry, matter: true(registry, matter) | {f"supervisor@{matter.centre}"}
    )


def _undo_forgets(kind):
    true = effects._invert

    def invert(matter, proceeding, effect, move):
        if effect["do"] != kind:
            true(matter, proceeding, effect, move)

    return patch.object(effects, "_invert", invert)


def _effect_left_out(kind):
    """An undo that keeps the sight it should take back."""
    true = effects._invert

    def invert(matter, proceeding, effect, move):
        true(matter, proceeding, {k: v for k, v in effect.items() if k != kind}, move)

    return patch.object(effects, "_invert", invert)


def _fires_early():
    return patch.object(
        engine.Run,
        "_fulfilled",
        lambda self, by, matter, parent: [c for c in self._children(matter, parent) if c.state in by.outcomes],
    )


def _finds_no_child():
    return patch.object(engine.Run, "_fulfilled", lambda _self, _by, _matter, _parent: [])


def _from_any_state():
    return patch.object(Procedure, "steps_from", lambda self, _state: self.steps)


def _edits_the_chain():
    true = walk_world.World._chain

    def chain(self, move, entry):
        true(self, move, entry)
        rows = self.chains[move.matter]
        if len(rows) == 3:
            rows[1] = rows[1]._replace(body=rows[1].body.replace(b'"to"', b'"tx"'))

    return patch.object(walk_world.World, "_chain", chain)


def _agents_stay():
    true = representing.unrepresent

    def unrepresent(matter, ident, move):
        true(matter, ident, move)
        matter.audience.add(f"represents:{ident}")

    return patch.object(representing, "unrepresent", unrepresent)


def _nothing(target, name, answer=None):
    return patch.object(target, name, lambda *_args, **_named: answer)


@contextmanager
def _never_refuses(registry, guard):
    true = registry.guards[guard]
    registry.guards[guard] = replace(true, test=lambda _reads: True)
    try:
        yield
    finally:
        registry.guards[guard] = true


def _counts_no_leaving():
    true = effects._unlead

    def unlead(run, matter, move, *, linked):
        leader = run.matters.get(matter.leader)
        true(run, matter, move, linked=linked)
        if leader is not None:
            leader.followers += 1

    return patch.object(effects, "_unlead", unlead)


def planted(registry):
    """name -> the context in which the fault is there."""
    return {
        "terms are not ended": lambda: _run_terms("end"),
        "terms are not started": lambda: _run_terms("start"),
        "suspension ends the clocks": _pauses_nothing,
        "open children are not recalled": lambda: _nothing(engine.Run, "_recall"),
        "the parent does not hear of its children": _finds_no_child,
        "the first child moves a parent that waits for all": _fires_early,
        "what is final opens nothing": lambda: _nothing(engine.Run, "_finish"),
        "to-do rows at the wrong office": _wrong_todo,
        "everybody has the right": lambda: patch.object(engine, "check_right", lambda *_words: ""),
        "an entry is signed from where somebody looks": lambda: patch.object(
            engine, "signing", lambda who, *_words: who
        ),
        "guards are not asked": lambda: _nothing(engine, "failing_guard"),
        "any state will do": _from_any_state,
        "a known fact is asked again": _asks_twice,
        "required fields may be empty": _requires_nothing,
        "an office sees a protected matter": _office_sees,
        "who had it keeps what was protected": lambda: _nothing(effects, "_let_go"),
        "whoever was asked goes on seeing it": _keeps_who_was_asked,
        "posts act in a protected matter": _posts_in_a_protected_matter,
        "who is complained of gets the matter": lambda: _never_refuses(registry, "not_the_complained"),
        "somebody of the office complained of is assigned": lambda: _never_refuses(registry, "not_of_the_complained"),
        "who follows no longer is counted on": _counts_no_leaving,
        "what leaves a merge follows on": lambda: _nothing(effects, "_unlead"),
        "undo forgets the office": lambda: _undo_forgets("hold"),
        "undo forgets the clocks": lambda: _undo_forgets("term"),
        "undo leaves the office in sight": lambda: _effect_left_out("seen"),
        "a split rewrites the first matter": lambda: patch.object(engine.Run, "_kept", lambda _self, _step, form: form),
        "what no longer follows stays known": lambda: _nothing(effects, "retract"),
        "an erasure leaves the fact": lambda: _nothing(effects, "_erase"),
        "an entry is edited afterwards": _edits_the_chain,
        "an ended representation still sees": _agents_stay,
    }
