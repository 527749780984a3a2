# An order of nobody known is kept, and becomes theirs once they are linked; points by policy. [channels.md §2]
# A switch of the programme: before_enrolment=30, the days back; 0 unless it says so.

at         2026-03-01 10:00
programme  before_enrolment=30          -> 1

# Known by an app alone, then by an enrolment that names the app and a phone: completed long ago.
order      O1  @ann  tea:100.00
wait       3d
member     Ann  also=@ann
points     Ann                          -> 100

# A refund came in between, when nobody was known to have bought.
order      O2  nobody  coat:80.00
wait       1d
refund     R2  O2  coat:30.00
wait       1d
order      O2  Ann  coat:80.00
points     Ann                          -> 150

# A refund that comes after the link takes back what the order gave.
order      O3  nobody  hat:40.00
wait       1h
order      O3  Ann  hat:40.00
points     Ann                          -> 190
refund     R3  O3  hat:10.00
points     Ann                          -> 180

# Closed in between: it was nothing, and gives nothing to whoever it was.
order      O4  nobody  bag:500.00  status=paid
wait       1h
order      O4  nobody  bag:500.00  status=closed
wait       1h
order      O4  Ann     bag:500.00  status=closed
points     Ann                          -> 180

# The same order told again with her changes nothing more, and nobody takes it from her.
order      O3  Ann     hat:40.00
order      O3  nobody  hat:40.00
member     Ben
order      O3  Ben     hat:40.00
points     Ann                          -> 180
points     Ben                          -> 0
verify                                  -> ok
