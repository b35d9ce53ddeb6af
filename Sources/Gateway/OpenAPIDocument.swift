import ControlAPI

/// The OpenAPI 3.1 description of the API, put together from ``Endpoint/all``.
enum OpenAPIDocument {
    /// The document.
    static func text(version: String) -> JSONText {
        var json = JSONText(capacity: 32 << 10)
        json.beginObject()
        json.field("openapi", "3.1.0")
        json.key("info")
        json.beginObject()
        json.field("title", "mlctl")
        json.field("version", version)
        json.field(
            "description", "Distributed training and job orchestration. Errors are Error bodies.")
        json.endObject()
        json.key("security")
        json.raw("[{\"bearer\":[]}]")
        writePaths(&json)
        json.key("components")
        json.beginObject()
        json.key("securitySchemes")
        json.raw("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}")
        writeSchemas(&json)
        json.endObject()
        json.endObject()
        return json
    }

    // MARK: Paths

    private static func writePaths(_ json: inout JSONText) {
        json.key("paths")
        json.beginObject()
        for path in Set(Endpoint.all.map(\.path)).sorted() {
            json.key(text: path)
            json.beginObject()
            for endpoint in Endpoint.all where endpoint.path == path {
                write(endpoint, &json)
            }
            json.endObject()
        }
        json.endObject()
    }

    private static func write(_ endpoint: Endpoint, _ json: inout JSONText) {
        json.key(text: endpoint.method.lowercased())
        json.beginObject()
        json.field("operationId", endpoint.operation)
        json.field("summary", endpoint.summary)
        if endpoint.isOpen {
            json.key("security")
            json.raw("[]")
        }
        json.key("parameters")
        json.beginArray()
        for part in endpoint.path.split(separator: "/") where part.first == "{" {
            parameter(String(part.dropFirst().dropLast()), in: "path", &json)
        }
        for name in endpoint.query { parameter(name, in: "query", &json) }
        json.endArray()
        if !endpoint.request.isEmpty {
            json.key("requestBody")
            json.beginObject()
            content(endpoint.request, &json)
            json.endObject()
        }
        json.key("responses")
        json.beginObject()
        answer(String(endpoint.status), "success", endpoint.response, &json)
        if !endpoint.alternative.isEmpty {
            answer("200", "nothing was changed", endpoint.alternative, &json)
        }
        answer("default", "refused; the reason and what to do", "Error", &json)
        json.endObject()
        json.endObject()
    }

    private static func answer(
        _ status: String, _ description: String, _ schema: String, _ json: inout JSONText
    ) {
        json.key(text: status)
        json.beginObject()
        json.field("description", description)
        content(schema, &json)
        json.endObject()
    }

    private static func parameter(
        _ name: String, in place: String, _ json: inout JSONText
    ) {
        json.beginObject()
        json.field("name", name)
        json.field("in", place)
        json.field("required", place == "path")
        json.key("schema")
        json.raw("{\"type\":\"string\"}")
        json.endObject()
    }

    private static func content(_ schema: String, _ json: inout JSONText) {
        json.key("content")
        json.beginObject()
        json.key(text: schema.contains("/") ? schema : "application/json")
        json.beginObject()
        json.key("schema")
        if schema.contains("/") {
            json.raw("{\"type\":\"string\"}")
        } else if schema.first == "[" {
            json.raw("{\"type\":\"array\",\"items\":\(reference(schema.dropFirst().dropLast()))}")
        } else if schema.hasPrefix("List<") {
            let item = reference(schema.dropFirst(5).dropLast())
            json.raw(
                "{\"type\":\"object\",\"properties\":{\"items\":{\"type\":\"array\","
                    + "\"items\":\(item)},\"more\":{\"type\":\"boolean\"}}}")
        } else {
            json.raw(reference(schema[...]))
        }
        json.endObject()
        json.endObject()
    }

    private static func reference(_ name: Substring) -> String {
        "{\"$ref\":\"#/components/schemas/\(name)\"}"
    }

    // MARK: Schemas

    private static func writeSchemas(_ json: inout JSONText) {
        json.key("schemas")
        json.beginObject()
        for schema in OpenAPISchema.all {
            json.key(text: schema.name)
            json.beginObject()
            json.field("type", "object")
            json.key("properties")
            json.beginObject()
            for property in schema.properties {
                json.key(text: property.name)
                json.raw(OpenAPISchema.json(ofType: property.type))
            }
            json.endObject()
            json.endObject()
        }
        json.endObject()
    }
}
