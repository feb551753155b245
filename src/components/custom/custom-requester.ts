import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';
import type { ResponseAction } from '../../engine/http.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomRequester = component(
  customComponent({
    type: 'CustomRequester',
    kind: 'requester',
    summary: 'Sends the request of a page, by code of its own.',
    contract: 'Requester',
    calls: { send: { waits: true } },
    members: ['send(request, contributors, path, options)'],
    defaults: { actions: new Set<ResponseAction>() },
  }),
);
