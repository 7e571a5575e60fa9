/*
 * H.450: what the argument and the result of an operation are is told by its code.
 */
#include "engine/decode/h323_inside.h"

struct operation {
	int32_t code;      /* local (H.450.2 to H.450.12) */
	uint16_t argument; /* enum per_type_id; 0 = none */
	uint16_t result;
};

#define ROW(code, argument, result)                                                      \
	{                                                                                \
		(code), PER_TYPE_##argument, PER_TYPE_##result                           \
	}
/* A type that has no name: no argument or no result. */
enum { PER_TYPE_None = PER_NO_TYPE };

static const struct operation OPERATIONS[] = {
        ROW(0, NameArg, None), /* H.450.8: calling, alerting, connected, busy name */
        ROW(1, NameArg, None),
        ROW(2, NameArg, None),
        ROW(3, NameArg, None),
        ROW(7, CtDummyArg, CTIdentifyRes), /* H.450.2: transfer */
        ROW(8, CtDummyArg, None),
        ROW(9, CTInitiateArg, CtDummyArg),
        ROW(10, CTSetupArg, CtDummyArg),
        ROW(11, CTActiveArg, None),
        ROW(12, CTCompleteArg, None),
        ROW(13, CTUpdateArg, None),
        ROW(14, SubaddressTransferArg, None),
        ROW(15, ActivateDiversionArg, CtDummyArg), /* H.450.3: diversion */
        ROW(16, DeactivateDiversionArg, CtDummyArg),
        ROW(17, InterrogateDiversionArg, InterrogateDiversionRes),
        ROW(18, CheckRestrictionArg, CtDummyArg),
        ROW(19, CallReroutingArg, CtDummyArg),
        ROW(20, DivertingLegInformation1Arg, None),
        ROW(21, DivertingLegInformation2Arg, None),
        ROW(22, DivertingLegInformation3Arg, None),
        ROW(23, CtDummyArg, None),
        ROW(27, CcRequestArg, CcRequestRes), /* H.450.9: completion */
        ROW(28, CcArg, None),
        ROW(29, CcArg, None),
        ROW(31, CcArg, None),
        ROW(32, CcArg, None),
        ROW(33, CcArg, None),
        ROW(34, CoReqOptArg, None), /* H.450.10: offer */
        ROW(40, CcRequestArg, CcRequestRes),
        ROW(43, CIRequestArg, CIRequestRes), /* H.450.11: intrusion */
        ROW(44, CIGetCIPLOptArg, CIGetCIPLRes),
        ROW(45, CIGetCIPLOptArg, CIIsOptRes),
        ROW(46, CIGetCIPLOptArg, CIIsOptRes),
        ROW(47, CIGetCIPLOptArg, CIIsOptRes),
        ROW(49, CoReqOptArg, None),
        ROW(80, MWIActivateArg, HoldNotificArg), /* H.450.7: message waiting */
        ROW(81, MWIDeactivateArg, HoldNotificArg),
        ROW(82, MWIDeactivateArg, MWIInterrogateRes),
        ROW(84, DummyArg, CmnArg), /* H.450.12: common information */
        ROW(85, CmnArg, None),
        ROW(100, DivertingLegInformation4Arg, None),
        ROW(101, HoldNotificArg, None), /* H.450.4: hold */
        ROW(102, HoldNotificArg, None),
        ROW(103, HoldNotificArg, RemoteHoldRes),
        ROW(104, HoldNotificArg, RemoteHoldRes),
        ROW(105, CallWaitingArg, None),       /* H.450.6: call waiting */
        ROW(106, CpRequestArg, CpRequestRes), /* H.450.5: park and pickup */
        ROW(107, CpRequestArg, CpRequestRes),
        ROW(108, GroupIndicationOnArg, HoldNotificArg),
        ROW(109, GroupIndicationOffArg, HoldNotificArg),
        ROW(110, PickrequArg, PickrequRes),
        ROW(111, PickupArg, HoldNotificArg),
        ROW(112, PickExeArg, HoldNotificArg),
        ROW(113, CpNotifyArg, None),
        ROW(114, CpickupNotifyArg, None),
        ROW(115, CoReqOptArg, None),
        ROW(116, CISilentArg, CIIsOptRes),
        ROW(117, CINotificationArg, None),
};

static const struct operation *operation_of(int32_t code)
{
	for (size_t i = 0; i < sizeof(OPERATIONS) / sizeof(OPERATIONS[0]); i++)
		if (OPERATIONS[i].code == code)
			return &OPERATIONS[i];
	return NULL;
}

/* opcode of an invocation and a result, errcode of an error; -1 = a global one. */
static int32_t code_of(const struct per_tape *tape, uint32_t choice)
{
	uint16_t name;
	uint32_t chosen = choice ? h323_choice(tape, choice, &name) : 0;
	int64_t code = chosen && name == PER_local ? h323_number(tape, chosen, -1) : -1;
	return code < 0 || code > INT32_MAX ? -1 : (int32_t)code;
}

static void component(struct h323_decoder *decoder, uint32_t ros, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	struct h323_pdu pdu = {.kind = H323_PDU_H450, .way = (uint8_t)way, .value = -1};
	uint32_t holder, open;

	pdu.node = h323_choice(tape, ros, &pdu.id);
	if (!pdu.node)
		return;
	bool result = pdu.id == PER_returnResult;
	holder = result ? per_child(tape, pdu.node, PER_result) : pdu.node;
	if (holder && pdu.id == PER_returnError)
		pdu.value = code_of(tape, per_child(tape, holder, PER_errcode));
	else if (holder)
		pdu.value = code_of(tape, per_child(tape, holder, PER_opcode));
	const struct operation *operation = operation_of(pdu.value);
	open = holder ? per_child(tape, holder, result ? PER_result : PER_argument) : 0;
	uint16_t type = PER_NO_TYPE;
	if (operation && open && pdu.id != PER_returnError)
		type = result ? operation->result : operation->argument;
	if (type)
		pdu.content = h323_open(decoder, (enum per_type_id)type,
		        h323_bytes(tape, open), ANOMALY_H450_BAD);
	h323_pdu_add(&decoder->message, pdu);
}

void h450_list(struct h323_decoder *decoder, uint32_t node, enum h323_way way)
{
	const struct per_tape *tape = &decoder->tape;
	uint32_t list = h323_path(tape, node, H323_PATH(PER_serviceApdu, PER_rosApdus));
	const uint32_t end = list ? tape->nodes[list].next : 0;

	for (uint32_t i = list + 1; i < end; i = tape->nodes[i].next)
		component(decoder, i, way);
}
