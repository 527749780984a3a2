"""When the households of the demo became members: invented, as the data does not say.

In 2017, as the data has it, everybody is a member from the first day. In a year that was moved most
of those who shop in its first weeks have been members for long; the others enrol at a till, minutes
before one of their baskets: the first one, or a later one; a few never do and stay fans. What
somebody bought before enrolling earned nothing. Each time it comes out alike, as it hangs on the
number of the household alone.
"""

# Back from the first day of the year; and who shopped that early in it may be a member from before.
MEMBERS_FOR_DAYS_MAX = 1_095
EARLY_WEEKS = 4
# Of a hundred households: of the early ones as many are members from before, then so many enrol
# with their first basket, and the others with a later one; who comes later enrols in the year.
# Apart from that, so many of a hundred never enrol.
FROM_BEFORE = 65
EARLY_AT_FIRST_BASKET = 75
LATE_AT_FIRST_BASKET = 60
NEVER = 5
MINUTES_BEFORE_BASKET = 5

# enrolment_at_once: everybody on the first day, in the store of the first basket.
AT_ONCE = """
CREATE VIEW enrolment AS
SELECT household_id, arg_min(store_id, happened_at) AS store_id,
  timezone('{zone}', TIMESTAMP '{first_day}') AS enrolled_at
FROM line
GROUP BY household_id
"""

# enrolment_over_the_year: each household at its own time, in the store of the basket beside it;
# who never enrols has no time.
OVER_THE_YEAR = """
CREATE VIEW enrolment AS
WITH visit AS (
  SELECT household_id, basket_id, min(store_id) AS store_id, min(sold_at) AS sold_at
  FROM line
  GROUP BY household_id, basket_id
),
counted AS (
  SELECT household_id, store_id, sold_at,
    row_number() OVER (PARTITION BY household_id ORDER BY sold_at, basket_id) AS place,
    count(*) OVER (PARTITION BY household_id) AS visits,
    min(sold_at) OVER (PARTITION BY household_id)
      < timezone('{zone}', TIMESTAMP '{first_day}' + INTERVAL {early_weeks} WEEK) AS is_early,
    chance('enrols', household_id, 100) AS drawn
  FROM visit
),
told AS (
  SELECT household_id, store_id, sold_at, place,
    is_early AND drawn < {from_before} AS is_from_before,
    chance('never enrols', household_id, 100) < {never} AS is_fan,
    CASE
      WHEN drawn < if(is_early, {early_at_first}, {late_at_first}) THEN 1
      ELSE 1 + chance('enrols with', household_id, visits) END AS wanted
  FROM counted
)
SELECT household_id, store_id,
  CASE
    WHEN is_fan THEN NULL
    WHEN is_from_before THEN timezone('{zone}',
      TIMESTAMP '{first_day}'
      - to_days(1 + chance('days before', household_id, {members_for}))
      + to_minutes(9 * 60 + chance('minute', household_id, 11 * 60)))
    ELSE sold_at - INTERVAL {minutes} MINUTE END AS enrolled_at
FROM told
WHERE place = wanted
"""

# What the texts above ask for beside the words of the conversion.
WORDS = {
    "early_weeks": EARLY_WEEKS,
    "from_before": FROM_BEFORE,
    "early_at_first": EARLY_AT_FIRST_BASKET,
    "late_at_first": LATE_AT_FIRST_BASKET,
    "never": NEVER,
    "members_for": MEMBERS_FOR_DAYS_MAX,
    "minutes": MINUTES_BEFORE_BASKET,
}
