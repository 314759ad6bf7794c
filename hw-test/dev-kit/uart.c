#include "uart.h"

#include "hal.h"
#include "interrupts.h"
#include "mps2.h"

/* Received by interrupt. While it is full, the line's flow control holds the rig back. */
#define RECEIVED_BYTES 2048u
/* So many waiting bytes wake the program at once, fewer at the next tick: not each byte by itself. */
#define WAKING_BYTES (RECEIVED_BYTES / 2)
/* With nothing received for so long, the rig has taken in what it was sent. */
#define QUIET_MS 20

static uint8_t received[RECEIVED_BYTES];
/* Since power-on, modulo 2^32. */
static volatile uint32_t put_count, got_count;

static void open_uart(struct uart *uart, uint32_t control)
{
	uart->baud = UART_FASTEST;
	uart->control = control;
}

static void wait_sent(const struct uart *uart)
{
	while (uart->state & UART_TX_FULL)
		;
}

static void put(struct uart *uart, uint8_t byte)
{
	wait_sent(uart);
	uart->data = byte;
}

void hal_console(const char *text, size_t length)
{
	if (!(CONSOLE_UART->control & UART_SENDS))
		open_uart(CONSOLE_UART, UART_SENDS);
	while (length-- > 0)
		put(CONSOLE_UART, (uint8_t)*text++);
}

bool hal_link_open(void)
{
	open_uart(LINK_UART, UART_SENDS | UART_RECEIVES | UART_INTERRUPTS_RECEIVED);
	NVIC_ENABLE = 1u << LINK_INTERRUPT;
	return true;
}

void on_link_received(void)
{
	while (LINK_UART->state & UART_RX_FULL) {
		if (put_count - got_count == RECEIVED_BYTES) {
			NVIC_DISABLE = 1u << LINK_INTERRUPT; /* stays pending: goes on when there is room */
			return;
		}
		LINK_UART->interrupt = UART_RX_FULL;
		received[put_count % RECEIVED_BYTES] = (uint8_t)LINK_UART->data;
		put_count++;
	}
}

int hal_link_read(uint8_t *into, size_t capacity)
{
	uint32_t count = put_count - got_count;
	if (count > capacity)
		count = (uint32_t)capacity;
	for (uint32_t i = 0; i < count; i++)
		into[i] = received[(got_count + i) % RECEIVED_BYTES];
	got_count += count;
	if (count > 0)
		NVIC_ENABLE = 1u << LINK_INTERRUPT;
	return (int)count;
}

bool uart_leave_link(void)
{
	NVIC_DISABLE = 1u << LINK_INTERRUPT;
	__asm__ volatile("dsb; isb" ::: "memory");
	bool is_empty = put_count == got_count;
	if (!is_empty)
		NVIC_ENABLE = 1u << LINK_INTERRUPT;
	return is_empty;
}

bool hal_link_write(const uint8_t *bytes, size_t byte_length)
{
	while (byte_length-- > 0)
		put(LINK_UART, *bytes++);
	return true;
}

/* WFI ends with a pending interrupt even while interrupts are off: none is missed in between. */
static void sleep_until_interrupt(void)
{
	__asm__ volatile("dsb; wfi; cpsie i; isb; cpsid i" ::: "memory");
}

void hal_wait(bool link, uint32_t timeout_ms)
{
	uint64_t start_ms = hal_now_ms();
	__asm__ volatile("cpsid i" ::: "memory");
	for (uint64_t slept_ms = 0; slept_ms < timeout_ms; slept_ms = hal_now_ms() - start_ms) {
		uint32_t waiting = link ? put_count - got_count : 0;
		if (waiting >= WAKING_BYTES || (waiting > 0 && slept_ms > 0))
			break;
		sleep_until_interrupt();
	}
	__asm__ volatile("cpsie i" ::: "memory");
}

void uart_finish(void)
{
	wait_sent(CONSOLE_UART);
	wait_sent(LINK_UART);
	if (!(LINK_UART->control & UART_RECEIVES))
		return;
	NVIC_DISABLE = 1u << LINK_INTERRUPT;
	hal_now_ms(); /* starts SysTick, should the runtime not have come so far */
	for (int quiet_ms = 0; quiet_ms < QUIET_MS;)
		if (LINK_UART->state & UART_RX_FULL) {
			(void)LINK_UART->data;
			quiet_ms = 0;
		} else if (SYSTICK_CONTROL & SYSTICK_HAS_PASSED)
			quiet_ms++;
}
