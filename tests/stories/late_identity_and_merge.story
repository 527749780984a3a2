# Whoever bought is linked, merged and parted again: the order goes with the name it came by. [channels.md §2, decision 22]

at         2026-03-01 10:00
programme  before_enrolment=30          -> 1
order      O1  nobody  tea:100.00
order      O2  @ann    hat:20.00
wait       1d
member     Anna
order      O1  Anna    tea:100.00
points     Anna                         -> 100

# Two members turn out to be one; what nobody had known stays with the name that was told.
member     Ann  also=@ann
points     Ann                          -> 20
merge      Anna into Ann                -> ok
points     Ann                          -> 120
refund     R1  O1  tea:40.00
points     Ann                          -> 80

# Named while they are one: it goes with the name under which it was named.
order      O3  nobody  sock:7.00
order      O3  Anna    sock:7.00
points     Ann                          -> 87

# The refund goes with its order, and so does what is left of it.
part       Anna from Ann                -> ok
points     Anna                         -> 67
points     Ann                          -> 20
verify                                  -> ok
