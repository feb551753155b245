import type { JsonObject } from '../lib/json.ts';
import { ownProperty } from '../lib/objects.ts';
import { mapObjects } from './map-objects.ts';

const CDK_MODULE = 'airbyte_cdk.';

/** The component types of the Python CDK's classes that are not called as their type is. */
// parity: model_to_component_factory.py:ModelToComponentFactory
const TYPES_BY_CLASS: Readonly<Record<string, string>> = {
  CursorPaginationStrategy: 'CursorPagination',
  DeclarativeOauth2Authenticator: 'OAuthAuthenticator',
  KeysReplaceTransformation: 'KeysReplace',
  KeysToLowerTransformation: 'KeysToLower',
  KeysToSnakeCaseTransformation: 'KeysToSnakeCase',
  WaitTimeFromHeaderBackoffStrategy: 'WaitTimeFromHeader',
  WaitTimeFromResponseBackoffStrategy: 'WaitTimeFromResponse',
  WaitUntilTimeFromHeaderBackoffStrategy: 'WaitUntilTimeFromHeader',
};

/** Turns custom components whose `class_name` is one of the Python CDK's own classes into the component type that the class stands for. */
export function useBuiltInClasses(manifest: JsonObject): JsonObject {
  return mapObjects(manifest, (component) => {
    const className = ownProperty(component, 'class_name');
    if (typeof className !== 'string' || !className.startsWith(CDK_MODULE) || !isCustom(component)) return component;
    const { class_name: _, ...fields } = component;
    const name = className.slice(className.lastIndexOf('.') + 1);
    return { ...fields, type: ownProperty(TYPES_BY_CLASS, name) ?? name };
  });
}

function isCustom(component: JsonObject): boolean {
  const type = ownProperty(component, 'type');
  return type === undefined || (typeof type === 'string' && type.startsWith('Custom'));
}
