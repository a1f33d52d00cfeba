# Every asset passes an inspection every 90 days. Times are microseconds, since nanoseconds are
# beyond the whole numbers that JSON is sure of. Asia/Shanghai is eight hours ahead all year.
package lapses

import rego.v1

day := 86400000000

east := 28800000000

forever := 9000000000000000

micros(text) := time.parse_rfc3339_ns(text) / 1000

midnight(date) := micros(sprintf("%sT00:00:00+08:00", [date]))

passed[inspection.asset_id] contains at if {
	some inspection in input.inspections
	inspection.result == "pass"
	at := micros(inspection.performed_at)
	at <= input.as_of
}

gone(asset) := midnight(asset.retired_on) + day if asset.retired_on != ""

gone(asset) := forever if asset.retired_on == ""

next(times, i) := times[i + 1] if i + 1 < count(times)

next(times, i) := forever if i + 1 >= count(times)

until(ends) := ends if ends <= input.as_of

until(ends) := null if ends > input.as_of

lapse contains [asset.asset_id, due, until(ends)] if {
	some asset in input.assets
	first := {midnight(asset.commissioned_on)}
	times := sort(first | object.get(passed, asset.asset_id, set()))
	left := gone(asset)
	some i, at in times
	due := ((floor((at + east) / day) + 91) * day) - east
	ends := min([next(times, i), left])
	due < ends
	due <= input.as_of
	ends > input.window_starts
}
