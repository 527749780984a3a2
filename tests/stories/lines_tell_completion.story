# Some channels say of each line when it was completed and not of the order: it is the last of them. [ours]

at         2026-03-01 10:00
programme  window=7                     -> 1
member     Ann
order      O1  Ann  tea:10.00  status=paid  in=tmall
wait       1d
order      O1  Ann  tea:10.00  status=completed  completed=lines  in=tmall
wait       6d
points     Ann                          -> 10 pending=10
wait       1d
points     Ann                          -> 10
verify                                  -> ok
