/** The names that the timeline protocol has on the wire; docs/protocol.md describes it. */

/** Of the comm, and of the feature that `kernel_info_reply` names. */
export const TARGET = 'monty.timeline';

export const VERSION = 1;
