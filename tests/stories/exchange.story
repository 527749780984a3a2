# An exchange: the old piece comes back, the new one is sold; only the difference is earned. [ours, decision 10]

at         2026-03-01 10:00
programme                               -> 1
member     Ann
order      O1  Ann  coat:100.00  hat:20.00
points     Ann                          -> 120
wait       2d
refund     R1  O1  coat:1x100.00  kind=exchange
order      O2  Ann  cape:130.00  kind=exchange  exchange_of=R1
points     Ann                          -> 150
verify                                  -> ok
