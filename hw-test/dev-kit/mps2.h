/*
 * Registers of a Cortex-M4 (Armv7-M Architecture Reference Manual, ARM DDI 0403, B3) and of the
 * MPS2 board with FPGA image AN386 (CMSDK peripherals: ARM DDI 0479), as far as the dev kit uses them.
 */
#ifndef MPS2_H
#define MPS2_H

#include <stdint.h>

/* Of the processor and all peripherals. */
#define CLOCK_HZ 25000000u

#define REGISTER(ADDRESS) (*(volatile uint32_t *)(ADDRESS))

#define SYSTICK_CONTROL REGISTER(0xE000E010)
#define SYSTICK_RELOAD REGISTER(0xE000E014)
#define SYSTICK_VALUE REGISTER(0xE000E018)
#define SYSTICK_IS_ON 1u
#define SYSTICK_RUNS 7u /* enabled, with its interrupt, by the processor's clock */
#define SYSTICK_HAS_PASSED (1u << 16) /* since the last read */

#define NVIC_ENABLE REGISTER(0xE000E100)
#define NVIC_DISABLE REGISTER(0xE000E180)

#define SCB_ICSR REGISTER(0xE000ED04)
#define ICSR_SYSTICK_NOT_PENDING (1u << 25)
#define SCB_VTOR REGISTER(0xE000ED08)
#define SCB_AIRCR REGISTER(0xE000ED0C)
#define AIRCR_SYSRESETREQ 0x05FA0004u /* with its key */
#define SCB_CCR REGISTER(0xE000ED14)
#define CCR_DIVISION_BY_ZERO_FAULTS (1u << 4)
#define SCB_SHCSR REGISTER(0xE000ED24)
#define SHCSR_FAULT_HANDLERS (7u << 16) /* memory, bus and usage faults have their own */
#define SCB_CFSR REGISTER(0xE000ED28)
#define CFSR_MMFAR_VALID (1u << 7)
#define CFSR_BFAR_VALID (1u << 15)
#define CFSR_NOT_PUSHED (1u << 4 | 1u << 12) /* the frame of the exception */
#define SCB_MMFAR REGISTER(0xE000ED34)
#define SCB_BFAR REGISTER(0xE000ED38)

#define MPU_CONTROL REGISTER(0xE000ED94)
#define MPU_ON 5u /* the default map where no region is */
#define MPU_BASE REGISTER(0xE000ED9C)
#define MPU_SIZE REGISTER(0xE000EDA0)

struct uart {
	volatile uint32_t data, state, control, interrupt, baud;
};
#define CONSOLE_UART ((struct uart *)0x40004000)
#define LINK_UART ((struct uart *)0x40005000)
#define LINK_INTERRUPT 2u /* UART1 has received */
#define UART_SENDS 1u
#define UART_RECEIVES 2u
#define UART_INTERRUPTS_RECEIVED 8u
#define UART_TX_FULL 1u
#define UART_RX_FULL 2u
#define UART_FASTEST 16u /* divisor of the clock */

struct watchdog {
	volatile uint32_t load, value, control, clear, raw, masked;
	uint32_t unused[762];
	volatile uint32_t lock;
};
#define WATCHDOG ((struct watchdog *)0x40008000)
#define WATCHDOG_UNLOCK 0x1ACCE551u
#define WATCHDOG_RUNS 3u /* interrupt (NMI) first; a second time-out resets */

/* The board's 16 MiB PSRAM: the rig's flash file, so it outlives resets and power cuts. */
#define NOR_BASE 0x21000000u
/* Behind it, and not kept over resets: where the read-only heap is linked at each start. */
#define ROM_HEAP_BASE 0x21200000u
#define ROM_HEAP_LOG2 20u

#endif
