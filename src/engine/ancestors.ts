import type { PartitionRouter } from './kinds.ts';

/** The names of the streams that a router reads as parents, and of their parents in turn. */
export function ancestorNames(router: PartitionRouter | undefined): Set<string> {
  const names = new Set<string>();
  const visit = (current: PartitionRouter | undefined): void => {
    if (current === undefined) return;
    for (const { name, router: next } of current.parents ?? []) {
      names.add(name);
      visit(next?.());
    }
    for (const inner of current.inner ?? []) visit(inner);
  };
  visit(router);
  return names;
}
