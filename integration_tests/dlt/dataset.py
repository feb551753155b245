import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source({
    "client": {
        "base_url": "https://api.example.com",
        "auth": {
            "type": "bearer",
            "token": dlt.secrets["access_token"]
        }
    },
    "resource_defaults": {
        "primary_key": "id",
        "write_disposition": "merge"
    },
    "resources": [
        {
            "name": "dataset",
            "endpoint": {
                "path": "/api/dataset/execute/{dataset_id}",
                "method": "POST",
                "headers": {
                    "Content-Type": "application/json"
                },
                "body": [
                    {
                        "clause": {
                            "type": "timestamp",
                            "operator": 10,
                            "parameters": [
                                {"value": "{start_time}"},
                                {"value": "{end_time}"}
                            ]
                        },
                        "orderBy": 1,
                        "columnName": "Timestamp"
                    }
                ],
                "data_selector": "data",
                "paginator": {
                    "type": "offset",
                    "limit": 10000,
                    "offset_param": "offset",
                    "limit_param": "limit"
                }
            }
        }
    ]
})
