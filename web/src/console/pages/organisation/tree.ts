/** Trees of codes: a region stands below its parent, one whose parent is unknown stands on top. */

export interface Branch<Leaf> {
  leaf: Leaf;
  below: Branch<Leaf>[];
}

/** Returns the branches of things that name their parent by code. */
export function branches<Leaf extends { code: string; parent: string | null }>(leaves: readonly Leaf[]): Branch<Leaf>[] {
  const made = new Map(leaves.map((leaf) => [leaf.code, { leaf, below: [] as Branch<Leaf>[] }]));
  const top: Branch<Leaf>[] = [];
  for (const branch of made.values()) {
    const parent = branch.leaf.parent === null ? undefined : made.get(branch.leaf.parent);
    (parent?.below ?? top).push(branch);
  }
  return top;
}

/** Returns how many stores lie in a region and in those below it. */
export function storesIn<Leaf extends { stores: number }>(branch: Branch<Leaf>): number {
  return branch.below.reduce((sum, one) => sum + storesIn(one), branch.leaf.stores);
}
