// The main module on Zephyr: the board first, then the firmware.
import "tracker/board";
import "main";
