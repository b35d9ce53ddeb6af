/// A list of bodies: `{"items": [...], "more": false}`.
package struct ItemList<Item: Decodable & Sendable & JSONWritable>: Decodable, Sendable,
    JSONWritable
{
    /// The items.
    package var items: [Item]
    /// Whether a bound cut the list.
    package var more: Bool

    /// Makes a list.
    package init(_ items: [Item], more: Bool = false) {
        self.items = items
        self.more = more
    }

    /// Writes the list.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.list("items", items)
        json.field("more", more)
        json.endObject()
    }
}
