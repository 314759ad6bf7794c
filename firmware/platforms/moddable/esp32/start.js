// The main module on ESP32: the board first, then the firmware.
import "tracker/board";
import "main";
