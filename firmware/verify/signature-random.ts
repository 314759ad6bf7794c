/**
 * What a bundle gives tweetnacl for Node's `crypto`: no randomness. The library asks for it when it
 * loads and needs it only to make keys, which a tracker never does; it throws if asked to.
 */
export default undefined;
