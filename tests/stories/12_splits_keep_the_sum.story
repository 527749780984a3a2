# Scenario 12: splits keep the sum. [Sylius Distributor]

split   1000  over  1 1 1             ->  334  333  333
split  -1000  over  1 1 1             -> -334 -333 -333
split    300  over  4300 1400 2300    ->  162   52   86
split   -299  over  4300 1400 2300    -> -161  -52  -86

# A weight of zero gets nothing, however much is left over.
split      2  over  1 0 1 1           ->    1    0    1    0
