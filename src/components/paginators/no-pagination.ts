import { component } from '../../engine/component.ts';
import { reportSuspiciousEnd } from '../../engine/suspicious-end.ts';

const OWN_KEYS = new Set(['type', '$parameters', '$options', 'description', 'name', 'primary_key']);

/** parity: requesters/paginators/no_pagination.py:NoPagination */
export const NoPagination = component({
  type: 'NoPagination',
  kind: 'paginator',
  summary: 'Asks for one page only.',
  example: `
    type: NoPagination`,
  fields: () => ({}),
  build(spec, b) {
    const lost = Object.keys(spec).filter((key) => !OWN_KEYS.has(key));
    if (lost.length > 0)
      reportSuspiciousEnd(
        b.run,
        b.stream?.name ?? '',
        `the paginator has ${lost.join(', ')} and is a NoPagination, as one without a type is: only the first page is read. Give it the type DefaultPaginator.`,
      );
    return {
      pages: false,
      pageSize: undefined,
      readsDocument: 'nothing',
      initialToken: () => undefined,
      nextToken: () => undefined,
      path: () => undefined,
      contribute() {},
    };
  },
});
