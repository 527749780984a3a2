# Scenario 13: points live to the end of their last day, in the calendar of the brand. [Voucherify]
# A switch of the programme: rounded_to=month_end, and all points of a month die together.

at         2026-01-01 00:00
programme  expires_after=1months        -> 1
member     Ann
member     Ben
member     Cid
member     Dot

at         2026-01-25 23:30
order      O1  Ann  tea:10.00
dies       Ann                          -> 2026-02-26 00:00
at         2026-01-31 10:00
order      O2  Ben  tea:10.00
dies       Ben                          -> 2026-03-01 00:00
at         2026-02-25 23:59
redeem     Ann  1                       -> ok
at         2026-02-26 00:00
redeem     Ann  1                       -> ledger.insufficient
points     Ann                          -> 0

at         2028-01-31 10:00
order      O3  Ben  tea:10.00
dies       Ben                          -> 2028-03-01 00:00

at         2028-02-01 10:00
programme  expires_after=0months        -> 2
at         2028-02-03 11:00
order      O4  Cid  tea:10.00
dies       Cid                          -> 2028-02-04 00:00

at         2029-01-01 00:00
programme  expires_after=1months  rounded_to=month_end  -> 3
at         2029-01-02 10:00
order      O5  Dot  tea:10.00
dies       Dot                          -> 2029-03-01 00:00
at         2029-01-31 10:00
order      O6  Dot  tea:10.00
dies       Dot                          -> 2029-03-01 00:00
at         2029-02-28 23:59
points     Dot                          -> 20
at         2029-03-01 00:00
points     Dot                          -> 0
verify                                  -> ok
