package import ControlAPI

/// What housekeeping removed and what is stored, for people.
package enum HousekeepingText {
    /// Two tables.
    package static func text(_ body: HousekeepingBody) -> String {
        var removable = TextTable([
            (body.removed ? "REMOVED" : "WOULD REMOVE", .leading), ("COUNT", .trailing),
            ("BYTES", .trailing), ("OLDER THAN", .trailing),
        ])
        for item in body.removable {
            let isOff = item.ruleSeconds == 0
            removable.append([
                item.what, String(item.count), NumberText.bytes(Int(clamping: item.bytes)),
                isOff ? "kept for ever" : TimeText.age(milliseconds: item.ruleSeconds * 1_000),
            ])
        }
        var stored = TextTable([
            ("STORED", .leading), ("COUNT", .trailing), ("BYTES", .trailing),
            ("BYTES EACH", .trailing),
        ])
        for item in body.stored {
            let each = item.count > 0 ? String(item.bytes / Int64(item.count)) : ""
            stored.append([
                item.what, String(item.count), NumberText.bytes(Int(clamping: item.bytes)), each,
            ])
        }
        return removable.text + "\n" + stored.text
    }
}
