# An order that is older than the programme reaches back is theirs all the same, and gives nothing. [channels.md §2]
# before_enrolment=3: what was bought more than three days before the enrolment earns nothing.

at         2026-03-01 10:00
programme  before_enrolment=3           -> 1
order      O1  @ann  tea:100.00
wait       2d
order      O2  @ann  hat:30.00
wait       2d
member     Ann  also=@ann
points     Ann                          -> 30
verify                                  -> ok
