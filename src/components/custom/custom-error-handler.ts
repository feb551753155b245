import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';
import type { ResponseAction } from '../../engine/http.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomErrorHandler = component(
  customComponent({
    type: 'CustomErrorHandler',
    kind: 'errorHandler',
    summary: 'Says what a response or a failure means, by code of its own.',
    contract: 'ErrorHandler',
    members: ['interpret(outcome)'],
    defaults: {
      maxRetries: undefined,
      readsBody: true,
      hasBackoff: false,
      actions: new Set<ResponseAction>(),
      backoffSeconds: () => undefined,
    },
  }),
);
