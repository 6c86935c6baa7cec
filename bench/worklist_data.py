"""Matters by the million, for reading lists only.

They do not come by the road: the database's owner inserts rows of matter, proceeding, todo, party and identifier
directly, with no entries, facts or chains behind them. So this is data of a bench, in a database of a bench; no other
test may use it. What decides how fast a list is has the shape of a county's work: two of three matters are archived, the old ones,
some offices have ten times the work of others, due dates lie around today, one in three hundred is protected and seen by
nobody's subtree.
"""

import psycopg
from psycopg import sql

from bench.stage import JURISDICTION
from tianping.config.postgres import Cluster

NAMES = (
    "周桂兰",
    "吴建国",
    "郑秀英",
    "王强",
    "冯丽华",
)  # ordinary and invented; one person in two hundred has one of them

# State, share in a thousand of what is not old, which keys have it on their list. Of what is older than half a year, six in
# seven are archived.
_STATES = """(VALUES ('triage', 60, 'centre'), ('dispatch', 40, 'centre'), ('accepting', 80, 'office'), ('handling', 320, 'office'),
 ('verifying', 50, 'centre'), ('answering', 50, 'office'), ('answered', 160, ''), ('rated', 40, ''), ('archived', 200, ''))
 AS s(state, share, who)"""

_SETUP = """
CREATE TEMP TABLE state AS SELECT *, sum(share) OVER (ORDER BY state) - share AS since,
 sum(share) OVER (ORDER BY state) AS until FROM STATES;
CREATE TEMP TABLE office AS SELECT path, row_number() OVER (ORDER BY path) - 1 AS n FROM agency
 WHERE kind IN ('bureau', 'member', 'branch', 'town');
CREATE TEMP TABLE place AS SELECT path, row_number() OVER (ORDER BY path) - 1 AS n FROM agency
 WHERE kind IN ('community', 'village');
CREATE TEMP TABLE sort AS SELECT code, row_number() OVER (ORDER BY code) - 1 AS n FROM pack_row WHERE kind = 'category';
CREATE TEMP TABLE grade AS SELECT code, row_number() OVER (ORDER BY code) - 1 AS n FROM pack_row WHERE kind = 'grade';
""".replace("STATES", _STATES)

# Every choice is a hash of the number: made again, the data are the same. A square makes some offices and categories
# much busier than others.
_DRAWN = """CREATE TEMP TABLE drawn AS
SELECT i, md5('m' || i)::uuid AS id, md5('p' || i)::uuid AS pid, md5('s' || i)::uuid AS sid, s.state, s.who,
 o.path AS holder, w.path AS place, k.code AS category, g.code AS grade, h.due, h.age,
 (h.r % 301) = 0 AS protected, (h.r % 97) = 0 AS supervised, c.path AS centre
FROM (SELECT i, (hashint8(i) & 1073741823) AS r, ((hashint8(i * 7 + 1) & 65535) / 65536.0) AS u,
   ((hashint8(i * 11 + 3) & 65535) / 65536.0) AS v, ((hashint8(i * 17 + 9) & 65535) / 65536.0) AS w,
   ((hashint8(i * 19 + 13) & 65535) / 65536.0) AS x, ((hashint8(i * 13 + 5) & 65535) / 65536.0 * 40 - 10) AS due,
   i::float8 / %(size)s * 700 AS age
  FROM generate_series(%(from)s::bigint, %(until)s) i) h
JOIN state s ON CASE WHEN h.age > 180 AND h.r % 7 > 0 THEN s.state = 'archived'
  ELSE (h.r % 1000) >= s.since AND (h.r % 1000) < s.until END
JOIN office o ON o.n = floor(h.u * h.u * (SELECT count(*) FROM office))
JOIN place w ON w.n = floor(h.v * (SELECT count(*) FROM place))
JOIN sort k ON k.n = floor(h.w * h.w * (SELECT count(*) FROM sort))
JOIN grade g ON g.n = floor(h.x * h.x * (SELECT count(*) FROM grade))
CROSS JOIN (SELECT path FROM agency WHERE kind = 'centre' ORDER BY length(path) LIMIT 1) c"""

_INSERTS = (
    """INSERT INTO matter (jurisdiction, id, number, number_year, number_seq, title, category, grade, channel, place, grid, centre, path,
 place_path, audience, protected, followers, procedure, state, holder, supervised, due_at, returns, happened_at, opened_at,
 changed_at, closed_at, archived_at, head, head_seq, repeat)
SELECT %(j)s, id, '青溪〔2026〕' || i || '号', 2026, i, '楼上卫生间漏水，天花板鼓起来了', category, grade,
 (ARRAY['web','phone','window'])[1 + i %% 3],
 '滨河花园' || i %% 90 || '幢', '990101001001003', centre, CASE WHEN protected THEN '' ELSE place END, place,
 CASE WHEN protected THEN ARRAY['protector@' || centre, 'subject:' || sid]
   ELSE ARRAY['subject:' || sid, 'agency:' || holder, 'code:' || md5('c' || i)] END,
 protected, 0, CASE state WHEN 'archived' THEN 'archive' ELSE 'intake' END, state, holder, supervised,
 CASE WHEN state IN ('answered', 'rated', 'archived') THEN NULL ELSE now() + due * interval '1 day' END, 0,
 now() - age * interval '1 day', now() - age * interval '1 day', now() - age * interval '0.9 day',
 CASE WHEN state = 'archived' THEN now() END, CASE WHEN state = 'archived' THEN now() END, sha256(id::text::bytea), 1,
 sha256(pid::text::bytea)
FROM drawn""",
    """INSERT INTO proceeding (jurisdiction, id, matter_id, procedure, version, state, slot, holder, assigned, counts, pending, back,
 supervised, opened_at) SELECT %(j)s, pid, id, 'intake', 1, state, '', holder, '{}', '{}', '{}', '', supervised,
 now() - age * interval '1 day' FROM drawn""",
    """INSERT INTO todo (jurisdiction, proceeding_id, key, matter_id, steps, procedure, state, category, grade, place_path, due_at, since)
SELECT %(j)s, pid, k, id, ARRAY['accept', 'return'], 'intake', state, category, grade, CASE WHEN protected THEN '' ELSE place END,
 now() + due * interval '1 day', now()
FROM drawn CROSS JOIN LATERAL unnest(CASE WHEN protected THEN ARRAY['protector@' || centre]
 WHEN who = 'centre' THEN ARRAY['dispatcher@' || centre, 'registrar@' || centre]
 ELSE ARRAY['handler@' || holder, 'head@' || holder] END) k WHERE who <> ''""",
    """INSERT INTO subject (jurisdiction, id, kind, protected, minor, created_at)
SELECT %(j)s, sid, 'person', protected, false, now() FROM drawn""",
    """INSERT INTO party (jurisdiction, id, matter_id, subject_id, role, entry_id)
SELECT %(j)s, md5('y' || i)::uuid, id, sid, 'reporter', md5('e' || i)::uuid FROM drawn""",
    """INSERT INTO identifier (jurisdiction, id, subject_id, kind, blind, matter_id, entry_id, field)
SELECT %(j)s, md5('n' || i)::uuid, sid, 'name', CASE WHEN i %% 200 = 0 THEN (%(names)s::bytea[])[1 + (i / 200) %% 5]
 ELSE sha256(('n' || i)::bytea) END, id, md5('e' || i)::uuid, 'reporter_name' FROM drawn""",
)
_BATCH = 100_000


def fill(cluster: Cluster, database: str, size: int, blinds: list[bytes]) -> None:
    """Insert `size` matters, and make the statistics that a working database has. `blinds`: of NAMES, under this installation's key."""
    with psycopg.connect(cluster.url("postgres", database), autocommit=True) as owner:
        owner.execute(
            "SET session_replication_role = replica"
        )  # no foreign key is broken here: every row comes with its own
        owner.execute("SET work_mem = '256MB'")
        owner.execute(_SETUP)
        for since in range(1, size + 1, _BATCH):
            values = {"from": since, "until": min(size, since + _BATCH - 1), "size": size}
            with owner.transaction():
                owner.execute(_DRAWN.replace("% ", "%% ").encode(), values)
                for statement in _INSERTS:
                    owner.execute(statement.encode(), {"j": JURISDICTION, "names": blinds})
                owner.execute("DROP TABLE drawn")
            print(f"  {database}: {values['until']:,} of {size:,} matters", flush=True)
        owner.execute("VACUUM ANALYZE")
        owner.execute(sql.SQL("CREATE TABLE bench_ready (size bigint)"))


def ready(cluster: Cluster, database: str) -> bool:
    """Whether the data of an earlier run are whole."""
    try:
        with psycopg.connect(cluster.url("postgres", database)) as owner:
            (found,) = owner.execute("SELECT to_regclass('bench_ready') IS NOT NULL").fetchone() or (False,)
            return bool(found)
    except psycopg.OperationalError:
        return False
