/** Not to be tried again by `Soon`: what was waited for can no longer come. */
export class Final extends Error {}
