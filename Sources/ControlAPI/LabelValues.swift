package import ClusterVocabulary

/// Labels as a JSON object, ordered by key.
package struct LabelValues: Decodable, Hashable, Sendable, JSONWritable {
    /// The labels by key.
    package var items: [Label]

    /// Takes the labels in their order.
    package init(_ items: [Label] = []) {
        self.items = items
    }

    /// Reads an object of texts.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([String: String].self)
        items = values.map { Label(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    /// The value of the given key.
    package subscript(key: String) -> String? {
        items.first { $0.key == key }?.value
    }

    /// Writes the object.
    package func write(into json: inout JSONText) {
        json.beginObject()
        for item in items {
            json.key(text: item.key)
            json.value(item.value)
        }
        json.endObject()
    }
}
