#include "sensor/counters.h"

#include "sensor/sensor.h"

static uint64_t dropped(struct sensor *sensor)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < sensor->inlet_count; i++)
		sum += atomic_load(&sensor->inlets[i].dropped);
	return sum;
}

/* Of all far ends. */
static struct spool_counters spools(struct sensor *sensor)
{
	struct spool_counters sum = {0};
	for (size_t i = 0; i < sensor->outlet_count; i++) {
		struct spool_counters one;
		spool_counters(sensor->outlets[i].spool, &one);
		sum.waiting += one.waiting;
		sum.bytes += one.bytes;
		sum.lost += one.lost;
		sum.damaged += one.damaged;
	}
	return sum;
}

size_t counters_read(struct sensor *sensor, struct counter counters[COUNTERS_MAX])
{
	const struct spool_counters spool = spools(sensor);
	const struct witness *witness = &sensor->witness;
	const struct judge *judge = &sensor->judge;
	const struct counter rows[] = {
	        {"packets", "Packets judged.", true, atomic_load(&judge->packets)},
	        {"dropped", "Packets lost in the kernel.", true, dropped(sensor)},
	        {"alerts", "Alerts raised.", true, atomic_load(&judge->alerts)},
	        {"events", "Events written.", true, atomic_load(&sensor->teller.told)},
	        {"lines_lost", "Events lost because the writer was behind.", true,
	                atomic_load(&judge->lost_lines)},
	        {"evidence_written", "Captures of alerts written.", true,
	                atomic_load(&witness->written)},
	        {"evidence_refused",
	                "Captures not written: too many, or the disk is low.", true,
	                atomic_load(&witness->refused)},
	        {"evidence_packets_lost", "Packets the captures' ring had no room for.",
	                true, atomic_load(&witness->lost)},
	        {"totals_lost", "Additions to accounts' counters lost.", true,
	                atomic_load(&sensor->share.tally.lost)},
	        {"waiting", "Events on disk that a far end has not taken.", false,
	                spool.waiting},
	        {"spool_bytes", "Disk that they take.", false, spool.bytes},
	        {"spool_lost", "Events lost to the spools' quota or disk.", true,
	                spool.lost},
	        {"rules", "Version of the rules in force; 0 = those on disk.", false,
	                atomic_load(&judge->rules_version)},
	};
	const size_t count = sizeof(rows) / sizeof(rows[0]);
	_Static_assert(sizeof(rows) / sizeof(rows[0]) <= COUNTERS_MAX, "COUNTERS_MAX");
	for (size_t i = 0; i < count; i++)
		counters[i] = rows[i];
	return count;
}
