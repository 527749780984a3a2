# An order made before enrolment earns when it is not too old, if the programme says so. [ours, value.md §5]
# A switch of the programme: before_enrolment=3, the days back; 0 unless it says so.

at         2026-03-01 10:00
programme  before_enrolment=3           -> 1
order      O1  Ann  tea:10.00  status=unpaid
order      O2  Ben  tea:20.00  status=unpaid
wait       2d
member     Ann
order      O1  Ann  tea:10.00
points     Ann                          -> 10
wait       2d
member     Ben
order      O2  Ben  tea:20.00
points     Ben                          -> 0

# Nobody was known to buy, then somebody is; she had enrolled before.
order      O3  nobody  tea:30.00
order      O3  Ann     tea:30.00
points     Ann                          -> 40

# What was earned stays earned by the order, and stays taken when it is closed.
order      O3  nobody  tea:30.00  status=closed
points     Ann                          -> 10
verify                                  -> ok
