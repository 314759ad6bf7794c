/*
 * What the bootloader knows and the runtime cannot find out: the analog inputs that the rig has set
 * meanwhile. Of the image it says nothing: that stands in the slot. It lies at the start of RAM, which
 * neither image clears.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

void handover_leave(void);
/* Once. Takes nothing if nobody has left it. */
void handover_take(void);

#endif
