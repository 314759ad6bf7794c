// `tracker/ota`: firmware/ports/ota.ts, with what ESP-IDF's app_update does in ota_ops.c.
function runningState() @ "script_ota_running_state";
function nextState() @ "script_ota_next_state";
function bootsNext() @ "script_ota_boots_next";
function bootNext() @ "script_ota_boot_next";
function markValid() @ "script_ota_mark_valid";
function forgetNext() @ "script_ota_forget_next";

export default Object.freeze({
	runningState,
	nextState,
	bootsNext,
	bootNext,
	markValid,
	forgetNext,
});
