"""Where a walk goes when it is guided: toward the step that was taken least, by the shortest way through the states."""

from tianping.kernel.lifecycle.vocabulary import Children, Kernel


def toward(registry, tally, rng, options):
    """Of the walk's (step, matter, proceeding), those that lead to the rarest step of a procedure that is open, best first.

    A step whose guard counts others (the third return) is reached by the proceeding that has taken most of them.
    """
    open_now = {(p.procedure, p.version): p for _step, _matter, p in options}
    goals = [
        (tally.taken[name, step.name], rng.random(), step, registry.procedure(name, version))
        for name, version in open_now
        for step in registry.procedure(name, version).steps
        if not step.automatic or not all(isinstance(by, Kernel | Children) for by in step.by)
    ]
    _count, _dice, goal, procedure = min(goals, key=lambda g: g[:2])
    before = [goal, *(s for s in procedure.steps if s.target in goal.sources)]
    reads = [r for step in before for g in step.guards for r in registry.guards[g].reads]
    counted = {r.removeprefix("count:") for r in reads if r.startswith("count:")}
    here = [o for o in options if o[2].procedure == procedure.name and o[2].version == procedure.version]
    nearest = max(here, key=lambda o: (sum(o[2].counts.get(c, 0) for c in counted), rng.random()))[2]
    if rng.random() < 0.3:  # that one may be stuck
        nearest = rng.choice(here)[2]
    ways = _first_steps(procedure, nearest.state, goal)
    wanted = [goal.name, *sorted(counted), *ways]
    found = [o for o in here if o[2] is nearest and o[0].name in wanted]
    return sorted(found, key=lambda o: wanted.index(o[0].name))


def _first_steps(procedure, state, goal):
    """The names of the first steps of the shortest ways from `state` to where the goal may be taken."""
    reached, edge = {state: None}, [state]
    while edge:
        nxt = []
        for at in edge:
            for step in procedure.steps_from(at):
                for target in procedure.targets(step, at) if step.target is not None else ():
                    if target not in reached and not step.automatic:
                        reached[target] = reached[at] or step.name
                        nxt.append(target)
        if found := [reached[s] for s in nxt if goal in procedure.steps_from(s)]:
            return found
        edge = nxt
    return []
