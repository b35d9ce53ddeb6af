/// A body that writes itself as JSON; the one definition of how it looks on the wire.
///
/// Absent values are written as `null`, so that every body always has all of its keys.
package protocol JSONWritable {
    /// Writes the body as one value.
    func write(into json: inout JSONText)
}

extension JSONWritable {
    /// The body as JSON, UTF-8, without a line break.
    package var jsonBytes: [UInt8] {
        var json = JSONText()
        write(into: &json)
        return json.bytes
    }

    /// The body as JSON without a line break.
    package var jsonText: String { String(decoding: jsonBytes, as: UTF8.self) }
}

extension JSONText {
    /// Writes a body.
    package mutating func value(_ body: some JSONWritable) { body.write(into: &self) }

    /// Writes a named text, or `null`.
    package mutating func field(_ name: StaticString, _ text: String?) {
        key(name)
        if let text { value(text) } else { null() }
    }

    /// Writes a named whole number.
    package mutating func field(_ name: StaticString, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    /// Writes a named number, or `null` when there is none or it is not finite.
    package mutating func field(_ name: StaticString, _ number: Double?) {
        key(name)
        if let number { value(number) } else { null() }
    }

    /// Writes a named flag.
    package mutating func field(_ name: StaticString, _ flag: Bool) {
        key(name)
        value(flag)
    }

    /// Writes a named list of texts.
    package mutating func field(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { value(text) }
        endArray()
    }

    /// Writes a named body.
    package mutating func field(_ name: StaticString, _ body: some JSONWritable) {
        key(name)
        value(body)
    }

    /// Writes a named body, or `null`.
    package mutating func optional(_ name: StaticString, _ body: (some JSONWritable)?) {
        key(name)
        if let body { value(body) } else { null() }
    }

    /// Writes a named list of bodies.
    package mutating func list(_ name: StaticString, _ bodies: some Sequence<some JSONWritable>) {
        key(name)
        beginArray()
        for body in bodies { value(body) }
        endArray()
    }
}
