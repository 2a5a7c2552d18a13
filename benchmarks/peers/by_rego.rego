package peer

import rego.v1

placeholders := {"", "-", "kommer", "Kommer senere", "se over", "Se over!"}

filled(thing, field) if {
	text := thing[field]
	text != null
	not trim_space(text) in placeholders
}

there(thing, field) if {
	value := thing[field]
	value != null
}

current contains plan if {
	some plan in input.activity_plans
	plan.status == "current"
}

measures(plan) := plan.measures if count(plan.measures) > 0

measures(plan) := [{}] if not count(plan.measures) > 0

# --- what holds of a plan, and of a measure or of its plan ---------------------------------------------------------

holds("AP-A", plan) if filled(plan, "problem")

holds("TI-08", plan) if filled(plan, "summary_of_enquiry")

holds("AP-B", plan) if filled(plan, "measures_text")

holds("AP-B", plan) if {
	count(plan.measures) > 0
	every one in plan.measures { filled(one, "text") }
}

holds("AP-C", one) if there(one, "start")

holds("AP-C", one) if there(one, "end")

holds("AP-C", one) if filled(one, "when")

holds("AP-D", one) if there(one, "responsible_role")

holds("AP-D", one) if filled(one, "responsible")

holds("AP-E", one) if there(one, "evaluate_on")

own_or_plans(code, _, plan) if holds(code, plan)

own_or_plans(code, one, _) if holds(code, one)

# --- VA-08 ---------------------------------------------------------------------------------------------------------

about(notice, _) if not count(notice.pupils) > 0

about(notice, pupil) if pupil in notice.pupils

owed contains [notice, pupil.ref, day] if {
	some notice in input.notices
	some pupil in input.pupils
	pupil.part == "affected"
	about(notice, pupil.ref)
	day := max([substring(notice.happened_at, 0, 10), substring(object.get(pupil, "identified_at", ""), 0, 10)])
}

tells(notice, _) := {[substring(notice.happened_at, 0, 10), -1, notice.id] |
	notice.source == "pupil"
	notice.channel in {"oral", "phone"}
	notice.receiver.role == "rector"
}

entries(pupil) := {[substring(entry.happened_at, 0, 10), place, entry.id] |
	entry := input.log[place]
	entry.kind == "pupil_told"
	pupil in entry.pupils
	not entry.deleted_at
}

first(notice, pupil, day) := min({one | some one in tells(notice, pupil) | entries(pupil); one[0] >= day})

on_time(notice, pupil, day) if first(notice, pupil, day)[0] == day

# --- yes or no -----------------------------------------------------------------------------------------------------

missing contains code if {
	some code in {"AP-A", "AP-B", "TI-08"}
	some plan in current
	not holds(code, plan)
}

missing contains code if {
	some code in {"AP-C", "AP-D", "AP-E"}
	some plan in current
	some one in measures(plan)
	not own_or_plans(code, one, plan)
}

missing contains "VA-09" if {
	some one in input.severity
	one.serious
	substring(one.at, 0, 10) < data.today
	not staff_suspected
	not owner_told
}

staff_suspected if {
	some one in input.suspicions
	one.suspected in {"staff", "leader"}
}

owner_told if {
	some entry in input.log
	entry.kind == "owner_notified"
}

owner_told if {
	some notice in input.notices
	notice.receiver.role == "owner"
}

missing contains "VA-08" if {
	some [notice, pupil, day] in owed
	day < data.today
	not on_time(notice, pupil, day)
}

# --- rows ----------------------------------------------------------------------------------------------------------

verdict(true, _) := "met"

verdict(false, true) := "due"

verdict(false, false) := "deviation"

rows contains [code, scope(plan, {}), verdict(whole, false), null, [plan.id]] if {
	some code in {"AP-A", "AP-B", "TI-08"}
	some plan in current
	whole := {true | holds(code, plan)} == {true}
}

rows contains [code, scope(plan, one), verdict(whole, false), null, [plan.id]] if {
	some code in {"AP-C", "AP-D", "AP-E"}
	some plan in current
	some one in measures(plan)
	whole := {true | own_or_plans(code, one, plan)} == {true}
}

rows contains ["VA-08", sprintf("notice:%s/pupil:%s", [notice.id, pupil]), verdict(told, day >= data.today), day, evidence] if {
	some [notice, pupil, day] in owed
	told := {true | on_time(notice, pupil, day)} == {true}
	evidence := [first(notice, pupil, day)[2] | first(notice, pupil, day)]
}

scope(plan, one) := sprintf("plan:%s/version:%d/measure:%s", [plan.plan, plan.version, one.id])

scope(plan, one) := sprintf("plan:%s/version:%d", [plan.plan, plan.version]) if not one.id
