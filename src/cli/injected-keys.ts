/** The key of a config under which a manifest may come. */
export const INJECTED_MANIFEST = '__injected_declarative_manifest';
/** The key of a config under which code of custom components may come. */
export const INJECTED_CODE = '__injected_components_py';
/** The key of a config under which the checksums of that code come. */
export const INJECTED_CHECKSUMS = '__injected_components_py_checksums';
