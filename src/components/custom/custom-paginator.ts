import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: dlt/sources/helpers/rest_client/paginators.py:BasePaginator, whose init_request, update_state and update_request these are */
export const CustomPaginator = component({
  ...customComponent({
    type: 'CustomPaginator',
    kind: 'paginator',
    summary:
      'Asks for page after page, by code of its own: finds the token of the next page and puts it into the request; one object pages all slices, so that what it must know stands in the token.',
    contract: 'Paginator',
    members: ['nextToken(page)', 'contribute(options, request)'],
    defaults: { pages: true, pageSize: undefined, readsDocument: 'all', initialToken: () => undefined, path: () => undefined },
  }),
  extension: true,
});
