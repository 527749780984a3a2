# Two shops use one order number: what comes back in one gives back nothing spent in the other. [ours]

at         2026-03-01 10:00
programme                               -> 1
member     Ann
order      O0  Ann  tea:100.00  in=tmall
order      O1  Ann  hat:10.00   in=tmall
redeem     Ann  30  on=O1  in=tmall     -> ok
points     Ann                          -> 80
order      O1  Ann  sock:5.00   in=pos
wait       1h
order      O1  Ann  sock:5.00   in=pos  status=closed
points     Ann                          -> 80

# A merge settles all her orders again, those of both shops together.
member     Anna
merge      Anna into Ann                -> ok
points     Ann                          -> 80
verify                                  -> ok
