/** What was waited for can no longer come: whoever tries again tries in vain. */
export class Final extends Error {}
