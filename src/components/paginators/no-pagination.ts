import { component } from '../../engine/component.ts';

/** parity: requesters/paginators/no_pagination.py:NoPagination */
export const NoPagination = component({
  type: 'NoPagination',
  kind: 'paginator',
  summary: 'Asks for one page only.',
  example: `
    type: NoPagination`,
  fields: () => ({}),
  build() {
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
