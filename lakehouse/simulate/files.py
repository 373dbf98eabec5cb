"""The eleven published files: names, columns in the published order, and how they are written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """How one published file is written.

    columns: header, in the published order.
    quoted: columns whose values always stand in double quotes.
    sort: column that orders the records of a file.
    end_of_line: line end; the line ends inside a comment are always CR LF.
    byte_order_mark: whether the file begins with one.
    quoted_header: whether the names in the header stand in double quotes.
    """

    columns: tuple[str, ...]
    quoted: frozenset[str] = frozenset()
    sort: str = ""
    end_of_line: str = "\n"
    byte_order_mark: bool = False
    quoted_header: bool = True

    def header(self, columns: tuple[str, ...] | None = None) -> bytes:
        """Return the header line; `columns` stands in for the published ones in a drift."""
        quote = '"' if self.quoted_header else ""
        names = ",".join(f"{quote}{name}{quote}" for name in columns or self.columns)
        mark = b"\xef\xbb\xbf" if self.byte_order_mark else b""
        return mark + (names + self.end_of_line).encode()

    def line_sql(self, columns: tuple[str, ...] | None = None) -> str:
        """Return the SQL expression that writes a record, all of whose columns are varchar."""
        parts = []
        for name in columns or self.columns:
            if name in self.quoted:
                parts.append(f"coalesce('\"' || {name} || '\"', '')")
            else:
                parts.append(f"csv_text({name})")
        line = " || ',' || ".join(parts)
        return line + " || chr(13)" if self.end_of_line == "\r\n" else line


def _file(columns: str, quoted: str = "", sort: str = "", **options) -> File:
    return File(tuple(columns.split()), frozenset(quoted.split()), sort, **options)


FILES = {
    "olist_orders_dataset": _file(
        "order_id customer_id order_status order_purchase_timestamp order_approved_at "
        "order_delivered_carrier_date order_delivered_customer_date "
        "order_estimated_delivery_date",
        quoted="order_id customer_id",
        sort="order_id",
    ),
    "olist_order_items_dataset": _file(
        "order_id order_item_id product_id seller_id shipping_limit_date price freight_value",
        quoted="order_id product_id seller_id",
        sort="order_id, order_item_id",
    ),
    "olist_order_payments_dataset": _file(
        "order_id payment_sequential payment_type payment_installments payment_value",
        quoted="order_id",
        sort="md5(order_id), payment_sequential",
    ),
    "olist_order_reviews_dataset": _file(
        "review_id order_id review_score review_comment_title review_comment_message "
        "review_creation_date review_answer_timestamp",
        quoted="review_id order_id",
        sort="review_id, order_id",
        end_of_line="\r\n",
    ),
    "olist_customers_dataset": _file(
        "customer_id customer_unique_id customer_zip_code_prefix customer_city customer_state",
        quoted="customer_id customer_unique_id customer_zip_code_prefix",
        sort="customer_id",
    ),
    "olist_sellers_dataset": _file(
        "seller_id seller_zip_code_prefix seller_city seller_state",
        quoted="seller_id seller_zip_code_prefix",
        sort="seller_id",
    ),
    "olist_products_dataset": _file(
        "product_id product_category_name product_name_lenght product_description_lenght "
        "product_photos_qty product_weight_g product_length_cm product_height_cm "
        "product_width_cm",
        quoted="product_id",
        sort="product_id",
    ),
    "olist_geolocation_dataset": _file(
        "geolocation_zip_code_prefix geolocation_lat geolocation_lng geolocation_city "
        "geolocation_state",
        quoted="geolocation_zip_code_prefix",
        sort="sort_key",
    ),
    "product_category_name_translation": _file(
        "product_category_name product_category_name_english",
        sort="md5(product_category_name)",
        end_of_line="\r\n",
        byte_order_mark=True,
        quoted_header=False,
    ),
    "olist_marketing_qualified_leads_dataset": _file(
        "mql_id first_contact_date landing_page_id origin",
        sort="mql_id",
        quoted_header=False,
    ),
    "olist_closed_deals_dataset": _file(
        "mql_id seller_id sdr_id sr_id won_date business_segment lead_type "
        "lead_behaviour_profile has_company has_gtin average_stock business_type "
        "declared_product_catalog_size declared_monthly_revenue",
        sort="mql_id",
        quoted_header=False,
    ),
}
