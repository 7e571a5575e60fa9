/*
 * Why a call of H.323 ended, as the telephone network says it (H.225.0 table 5, 7.2.2.8),
 * and as SIP would (RFC 3398 7.2.4.1), so that calls of both compare.
 */
#include "engine/track/h323_state.h"

struct cause_row {
	uint16_t reason; /* enum per_name */
	uint8_t cause;   /* Q.850 */
};

static const struct cause_row RELEASES[] = {
        {PER_noBandwidth, 34},
        {PER_gatekeeperResources, 47},
        {PER_unreachableDestination, 3},
        {PER_destinationRejection, 16},
        {PER_invalidRevision, 88},
        {PER_noPermission, 111},
        {PER_unreachableGatekeeper, 38},
        {PER_gatewayResources, 42},
        {PER_badFormatAddress, 28},
        {PER_adaptiveBusy, 41},
        {PER_inConf, 17},
        {PER_undefinedReason, 31},
        {PER_facilityCallDeflection, 16},
        {PER_securityDenied, 31},
        {PER_calledPartyNotRegistered, 20},
        {PER_callerNotRegistered, 31},
        {PER_newConnectionNeeded, 47},
        {PER_nonStandardReason, 127},
        {PER_replaceWithConferenceInvite, 31},
        {PER_genericDataReason, 31},
        {PER_neededFeatureNotSupported, 31},
        {PER_tunnelledSignallingRejected, 127},
        {PER_invalidCID, 3},
        {PER_securityError, 31},
        {PER_hopCountExceeded, 25},
};

static const struct cause_row ADMISSIONS[] = {
        {PER_calledPartyNotRegistered, 20},
        {PER_invalidPermission, 57},
        {PER_requestDenied, 21},
        {PER_undefinedReason, 31},
        {PER_callerNotRegistered, 57},
        {PER_invalidEndpointIdentifier, 57},
        {PER_resourceUnavailable, 47},
        {PER_securityDenial, 57},
        {PER_securityError, 57},
        {PER_securityDHmismatch, 57},
        {PER_incompleteAddress, 28},
        {PER_aliasesInconsistent, 57},
        {PER_exceedsCallCapacity, 34},
        {PER_noRouteToDestination, 3},
        {PER_unallocatedNumber, 1},
};

static const struct {
	uint8_t cause;
	uint16_t status;
} STATUSES[] = {
        {1, 404},
        {2, 404},
        {3, 404},
        {17, 486},
        {18, 408},
        {19, 480},
        {20, 480},
        {21, 403},
        {22, 410},
        {23, 410},
        {25, 483},
        {26, 404},
        {27, 502},
        {28, 484},
        {29, 501},
        {31, 480},
        {34, 503},
        {38, 503},
        {41, 503},
        {42, 503},
        {47, 503},
        {55, 403},
        {57, 403},
        {58, 503},
        {65, 488},
        {70, 488},
        {79, 501},
        {87, 403},
        {88, 503},
        {102, 504},
        {111, 500},
        {127, 500},
};

static uint8_t cause_in(const struct cause_row *rows, size_t count, uint16_t reason)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].reason == reason)
			return rows[i].cause;
	return 31;
}

uint8_t h323_cause_of_release(uint16_t reason)
{
	if (reason == PER_NO_NAME)
		return 16;
	return cause_in(RELEASES, sizeof(RELEASES) / sizeof(RELEASES[0]), reason);
}

uint8_t h323_cause_of_admission(uint16_t reason)
{
	return cause_in(ADMISSIONS, sizeof(ADMISSIONS) / sizeof(ADMISSIONS[0]), reason);
}

uint16_t h323_status_of_cause(uint8_t cause)
{
	for (size_t i = 0; i < sizeof(STATUSES) / sizeof(STATUSES[0]); i++)
		if (STATUSES[i].cause == cause)
			return STATUSES[i].status;
	return 480;
}
